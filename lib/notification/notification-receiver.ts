import { isRecord } from '../protocol/check-fields.js';
import { decodeNotification, LEGACY_SEPARATOR, NotiType, readLegacyForm, renamed } from '../protocol/notification.js';
import { parseJson, unpacked } from '../protocol/received-json.js';
import type { KiccNotificationService } from './kicc-notification.service.js';
import type { NotificationSources } from './notification-sources.js';

/** What is used of a request of Express. */
export interface NotificationRequest extends AsyncIterable<unknown> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
  /** As the app's body parser read it. */
  readonly body?: unknown;
  /** As it came; there with `NestFactory.create(AppModule, { rawBody: true })`. */
  readonly rawBody?: Buffer | undefined;
}

/** What is used of a response of Express. */
export interface NotificationResponse {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body: string): unknown;
}

/** What is answered. */
interface Reply {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly body: string;
  readonly isRefused?: true;
}

/** KICC's notifications are much shorter, bytes. */
const LONGEST_BODY = 64 * 1024;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Answers one notification over HTTP, as KICC wants it answered. */
export class NotificationReceiver {
  constructor(
    private readonly notifications: KiccNotificationService,
    private readonly sources: NotificationSources,
    private readonly answerWithinMs: number,
  ) {}

  async receive(request: NotificationRequest, response: NotificationResponse): Promise<void> {
    const { httpStatus, contentType, body, isRefused } = await this.reply(request);
    // Sent by hand: an interceptor of the app's must not wrap what KICC reads.
    response.status(httpStatus).header('content-type', contentType);
    // What was not read to its end would be taken for the next request.
    if (isRefused) response.header('connection', 'close');
    response.send(body);
  }

  private async reply(request: NotificationRequest): Promise<Reply> {
    const source = this.sources.sourceOf(request.socket.remoteAddress, one(request.headers['x-forwarded-for']));
    if (!this.sources.allows(source)) {
      this.notifications.refused(`it came from ${source}, which is not one of the addresses allowed`);
      return { httpStatus: 403, contentType: TEXT_TYPE, body: 'Forbidden\n', isRefused: true };
    }
    const isLegacy = /^application\/x-www-form-urlencoded/i.test(one(request.headers['content-type']) ?? '');
    const notification = decodeNotification(await fieldsOf(request, isLegacy).catch(() => undefined));
    if (!notification) {
      this.notifications.refused(`what came from ${source} is not a notification of KICC's`);
      return { ...acknowledgement(isLegacy, false), isRefused: true };
    }
    const outcome = await soon(this.notifications.receive(notification), this.answerWithinMs);
    const isForm = isLegacy || notification.notiType === NotiType.UnionPay;
    return acknowledgement(isForm, outcome === 'handled' || outcome === 'repeated');
  }
}

/** Source: KICC's webhook page, "0000", else it sends again; in the legacy form with 0x1F between the fields. */
function acknowledgement(isLegacy: boolean, isHandled: boolean): Reply {
  const [resCd, resMsg] = isHandled ? ['0000', 'SUCCESS'] : ['5001', 'FAIL'];
  return isLegacy
    ? { httpStatus: 200, contentType: TEXT_TYPE, body: `res_cd=${resCd}${LEGACY_SEPARATOR}res_msg=${resMsg}` }
    : { httpStatus: 200, contentType: JSON_TYPE, body: JSON.stringify({ resCd, resMsg }) };
}

async function fieldsOf(request: NotificationRequest, isLegacy: boolean): Promise<unknown> {
  const { body } = request;
  const came = request.rawBody ?? (body === undefined ? await readBody(request) : undefined);
  const raw = came && unpacked(came, one(request.headers['content-encoding']), LONGEST_BODY);
  if (isLegacy) {
    // As a parser reads it that takes it for UTF-8: ids, codes and amounts are right, Korean texts are not.
    if (!raw) return isRecord(body) ? renamed(body) : undefined;
    return readLegacyForm(raw);
  }
  return isRecord(body) ? body : raw && parseJson(raw.toString('utf8'));
}

async function readBody(request: NotificationRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    length += chunks.at(-1)?.length ?? 0;
    if (length > LONGEST_BODY) throw new Error('too long');
  }
  return Buffer.concat(chunks);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** What a promise brings, or `undefined` once time is up; the work goes on. */
async function soon<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
