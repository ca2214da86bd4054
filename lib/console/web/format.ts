import { koreanDateTime } from '../../protocol/korean-date.js';
import type { Page } from './page.js';

/** `12,000` */
export function digits(count: number): string {
  return count.toLocaleString('en-US');
}
const MINUTE_MS = 60_000;
const UNITS_MS = [86_400_000, 3_600_000, MINUTE_MS];

/** `12,000원`, or `₩12,000` in English. */
export function won({ language }: Page, amount: number): string {
  return language === 'ko' ? `${digits(amount)}원` : `₩${digits(amount)}`;
}

/** `2026-03-02 14:05`, in Korea. */
export function minuteInKorea(at: Date): string {
  return koreanDateTime(at).replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d).*$/, '$1-$2-$3 $4:$5');
}

/** `14:05:09`, in Korea; with the day in front where that is not `day` (`yyyy-MM-dd`). */
export function secondInKorea(at: Date, day?: string): string {
  const text = koreanDateTime(at);
  const time = text.slice(8).replace(/^(\d\d)(\d\d)(\d\d)$/, '$1:$2:$3');
  const own = dayInKorea(at);
  return day === undefined || day === own ? time : `${own} ${time}`;
}

/** `2026-03-02`, in Korea. */
export function dayInKorea(at: Date): string {
  return koreanDateTime(at).replace(/^(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3');
}

/** `3시간 5분`, `3 h 5 min`: down to seconds below a minute. */
export function duration({ language }: Page, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [day, hour, minute, second] = language === 'ko' ? ['일', '시간', '분', '초'] : [' d', ' h', ' min', ' s'];
  const parts: [number, string | undefined][] = [
    [Math.floor(seconds / 86_400), day],
    [Math.floor((seconds % 86_400) / 3_600), hour],
    [Math.floor((seconds % 3_600) / 60), minute],
    [seconds % 60, second],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return `0${second}`;
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** `3분 5초 뒤`, `in 3 min 5 s`; past: `곧`, `now`. */
export function until(page: Page, at: Date): string {
  const ms = at.getTime() - page.now.getTime();
  if (ms <= 0) return page.say('곧', 'now');
  return page.say(`${duration(page, ms)} 뒤`, `in ${duration(page, ms)}`);
}

/** `3시간 5분 전`, `3 h 5 min ago`. */
export function ago(page: Page, at: Date): string {
  const text = duration(page, page.now.getTime() - at.getTime());
  return page.say(`${text} 전`, `${text} ago`);
}

/** `3시간 5분`: to the minute, so that a page that is looked at again says the same meanwhile; below one, `1분 미만`. */
export function minutes(page: Page, ms: number): string {
  return ms < MINUTE_MS ? page.say('1분 미만', 'under 1 min') : duration(page, Math.floor(ms / MINUTE_MS) * MINUTE_MS);
}

/** `3분 뒤`, `in 3 min`, as {@link minutes}; past: `곧`, `soon`. */
export function untilMinute(page: Page, at: Date): string {
  const ms = at.getTime() - page.now.getTime();
  if (ms <= 0) return page.say('곧', 'soon');
  if (ms < MINUTE_MS) return page.say('1분 안에', 'within a minute');
  return page.say(`${minutes(page, ms)} 뒤`, `in ${minutes(page, ms)}`);
}

/** `3시간 전`, `3 h ago`: in one unit; below a minute `방금`, `just now`. */
export function agoRoughly(page: Page, at: Date): string {
  const ms = page.now.getTime() - at.getTime();
  const unit = UNITS_MS.find((one) => ms >= one);
  if (unit === undefined) return page.say('방금', 'just now');
  const text = duration(page, Math.floor(ms / unit) * unit);
  return page.say(`${text} 전`, `${text} ago`);
}
