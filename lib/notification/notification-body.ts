import { readLegacyForm, renamed } from '../protocol/notification.js';
import { bytesOf, type BodyRequest } from './request-body.js';

export interface NotificationBody {
  /** `undefined` where it cannot be read. */
  readonly fields: unknown;
  /** Whether it is a form, and is to be answered as one. */
  readonly isLegacy: boolean;
}

/** Reads a notification, whatever it says that it is, and whatever a parser of the app's has made of it. Never rejects. */
export async function readNotification(request: BodyRequest): Promise<NotificationBody> {
  const { headers, body } = request;
  const isForm = /^application\/x-www-form-urlencoded/i.test(String(headers['content-type']));
  try {
    const bytes = await bytesOf(request).then((read) => read && bare(read));
    // As it was read by a parser that took it for UTF-8: ids, codes and amounts are right, Korean texts of a form are not.
    if (!bytes) return { fields: isForm ? renamed(body as Record<string, unknown>) : body, isLegacy: isForm };
    const text = textOf(bytes);
    if (/^\s*[[{]/.test(text)) return { fields: JSON.parse(text), isLegacy: false };
    return { fields: readLegacyForm(bytes), isLegacy: isForm || text.includes('=') };
  } catch {
    return { fields: undefined, isLegacy: isForm };
  }
}

/** Without what some senders put around: a BOM, NULs and line ends behind. */
function bare(bytes: Buffer): Buffer {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let to = bytes.length;
  while (to > from && (bytes[to - 1] ?? 0) <= 0x20) to--;
  return bytes.subarray(from, to);
}

/** Korean is UTF-8, as KICC's page says, or what older systems send. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('euc-kr').decode(bytes);
  }
}
