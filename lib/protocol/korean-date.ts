/** Korea keeps UTC+9 all year, so the day there is arithmetic and needs no time-zone data of the server's. */
export const KST_OFFSET_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The day that was asked for last, by its number: it is asked for again and again. */
let latest: { readonly number: number; readonly text: string } | undefined;

/** The day in Korea (KST) at an instant, as KICC writes it: `yyyyMMdd`. */
export function koreanDay(at: Date): string {
  const number = Math.floor((at.getTime() + KST_OFFSET_MS) / DAY_MS);
  if (latest?.number === number) return latest.text;
  const text = new Date(number * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  latest = { number, text };
  return text;
}

/** Date and time in Korea (KST) at an instant, as KICC writes it: `yyyyMMddHHmmss`. */
export function koreanDateTime(at: Date): string {
  return new Date(at.getTime() + KST_OFFSET_MS).toISOString().slice(0, 19).replace(/\D/g, '');
}

/** The instant that KICC writes as `yyyyMMddHHmmss` (KST); `undefined` where the text is none. */
export function fromKoreanDateTime(text: string): Date | undefined {
  if (!/^\d{14}$/.test(text)) return undefined;
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6+09:00');
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** The instant at which a day in Korea begins, `daysLater` days after the one given as `yyyyMMdd`. */
export function startOfKoreanDay(day: string, daysLater = 0): Date {
  const utc = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)));
  return new Date(utc - KST_OFFSET_MS + daysLater * DAY_MS);
}
