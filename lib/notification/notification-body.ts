import { isRecord } from '../protocol/check-fields.js';
import { readLegacyForm, renamed } from '../protocol/notification.js';
import { unpacked } from '../protocol/received-json.js';

type Stream = AsyncIterable<unknown>;

/** What is used of a request of Express or Fastify to read its body. */
export interface BodyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As a parser of the app's gave it: fields, bytes or text. */
  readonly body?: unknown;
  /** As it came; there with `NestFactory.create(AppModule, { rawBody: true })`. */
  readonly rawBody?: unknown;
  /** Fastify: Node's own request. */
  readonly raw?: Stream | undefined;
}

export interface NotificationBody {
  /** `undefined` where it cannot be read. */
  readonly fields: unknown;
  /** Whether it is a form, and is to be answered as one. */
  readonly isLegacy: boolean;
}

/** KICC's notifications are much shorter, bytes. */
const LONGEST_BODY = 64 * 1024;

/** Reads a notification, whatever it says that it is, and whatever a parser of the app's has made of it. Never rejects. */
export async function readNotification(request: BodyRequest): Promise<NotificationBody> {
  const { headers, body } = request;
  const isForm = /^application\/x-www-form-urlencoded/i.test(String(headers['content-type']));
  try {
    const bytes = await bytesOf(request);
    // As it was read by a parser that took it for UTF-8: ids, codes and amounts are right, Korean texts of a form are not.
    if (!bytes) return { fields: isForm ? renamed(body as Record<string, unknown>) : body, isLegacy: isForm };
    const text = textOf(bytes);
    if (/^\s*[[{]/.test(text)) return { fields: JSON.parse(text), isLegacy: false };
    return { fields: readLegacyForm(bytes), isLegacy: isForm || text.includes('=') };
  } catch {
    return { fields: undefined, isLegacy: isForm };
  }
}

/** The body as it came. `undefined` where only its fields are left. */
async function bytesOf(request: BodyRequest): Promise<Buffer | undefined> {
  const { headers, rawBody, body, raw } = request;
  const plain = (bytes: Buffer): Buffer => bare(unpacked(bytes, String(headers['content-encoding']), LONGEST_BODY));
  if (Number(headers['content-length']) > LONGEST_BODY) throw new RangeError('too long');
  for (const given of [rawBody, body]) {
    if (typeof given === 'string' || given instanceof Uint8Array) return plain(Buffer.from(given as Uint8Array));
  }
  // Express 4 makes an empty object of what no parser has read.
  if (isRecord(body) && Object.keys(body).length > 0) return undefined;
  return plain(await readAll(raw ?? (request as BodyRequest & Stream)));
}

async function readAll(stream: Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    length += chunks.at(-1)?.length ?? 0;
    if (length > LONGEST_BODY) throw new RangeError('too long');
  }
  return Buffer.concat(chunks);
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
