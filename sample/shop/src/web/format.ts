import { now } from '../shop-clock.js';
import type { Language, Words } from './page-context.js';

const SEOUL = { timeZone: 'Asia/Seoul', hourCycle: 'h23' } as const;
const MINUTE = new Intl.DateTimeFormat('sv-SE', { ...SEOUL, dateStyle: 'short', timeStyle: 'short' });
const SECOND = new Intl.DateTimeFormat('sv-SE', { ...SEOUL, timeStyle: 'medium' });

/** `2026-03-02 14:05`, in Korea. */
export const minuteInKorea = (at: Date | number): string => MINUTE.format(at);

/** `14:05:09`, in Korea. */
export const secondInKorea = (at: Date | number): string => SECOND.format(at);

/** `12,000원`, or `₩12,000` in English. */
export function won(amount: number, language: Language): string {
  const digits = amount.toLocaleString('en-US');
  return language === 'ko' ? `${digits}원` : `₩${digits}`;
}

/** `5초 뒤`, `18시간 19분 뒤 (2026-03-02 14:05)`: how long it is until then, and the day where that is another one. */
export function untilWhen(at: Date): Words {
  const seconds = Math.max(1, Math.ceil((at.getTime() - now().getTime()) / 1_000));
  const total = Math.ceil(seconds / 60);
  const [hours, minutes] = [Math.floor(total / 60), total % 60];
  const wait = (hour: string, minute: string, second: string): string =>
    seconds < 60
      ? `${seconds}${second}`
      : [hours > 0 && `${hours}${hour}`, minutes > 0 && `${minutes}${minute}`].filter(Boolean).join(' ');
  const [day, today] = [at, now()].map((time) => minuteInKorea(time).slice(0, 10));
  const date = day === today ? '' : ` (${minuteInKorea(at)})`;
  return [`${wait('시간', '분', '초')} 뒤${date}`, `in ${wait(' h', ' min', ' s')}${date}`];
}
