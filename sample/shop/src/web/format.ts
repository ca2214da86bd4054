import type { Language } from './page-context.js';

const SEOUL = { timeZone: 'Asia/Seoul', hourCycle: 'h23' } as const;
const MINUTE = new Intl.DateTimeFormat('sv-SE', {
  ...SEOUL,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});
const SECOND = new Intl.DateTimeFormat('sv-SE', { ...SEOUL, hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `12,000원`, or `₩12,000` in English. */
export function won(amount: number, language: Language): string {
  const digits = amount.toLocaleString('ko-KR');
  return language === 'ko' ? `${digits}원` : `₩${digits}`;
}

/** `2026-03-02 14:05`, in Korea. */
export function minuteInKorea(at: Date | number): string {
  return MINUTE.format(at);
}

/** `14:05:09`, in Korea. */
export function secondInKorea(at: Date | number): string {
  return SECOND.format(at);
}

/** `3시간 5분`, `3 h 5 min`: down to seconds below a minute. */
export function duration(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [day, hour, minute, second] = language === 'ko' ? ['일', '시간', '분', '초'] : [' d', ' h', ' min', ' s'];
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return `${days}${day} ${hours}${hour}`;
  if (hours > 0) return `${hours}${hour} ${minutes}${minute}`;
  return minutes > 0 ? `${minutes}${minute} ${seconds % 60}${second}` : `${seconds}${second}`;
}
