import { decodeNotification, LEGACY_SEPARATOR, NotiType } from '../protocol/notification.js';
import { timers } from '../real-time.js';
import type { KiccNotificationService } from './kicc-notification.service.js';
import { readNotification } from './notification-body.js';
import type { BodyRequest } from './request-body.js';
import { UNIX, type NotificationSources } from './notification-sources.js';

/** What is used of a request of Express or Fastify. */
export interface NotificationRequest extends BodyRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** What is used of a response of Express, or a reply of Fastify. */
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

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Answers one notification over HTTP, as KICC wants it answered. */
export class NotificationReceiver {
  constructor(
    private readonly notifications: KiccNotificationService,
    private readonly sources: NotificationSources,
    private readonly answerWithinMs: number,
    /** Whether the app listens on a Unix socket, on which nobody has an address. */
    private readonly isOnUnixSocket: () => boolean,
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
    const connected = request.socket.remoteAddress ?? (this.isOnUnixSocket() ? UNIX : undefined);
    const forwardedFor = one(request.headers['x-forwarded-for']);
    const source = this.sources.sourceOf(connected, forwardedFor);
    if (!this.sources.allows(source)) {
      const mayBeProxy = (connected === UNIX || forwardedFor !== undefined) && !this.sources.trusts(connected);
      const remedy = mayBeProxy ? '; where that is a proxy of yours, name it in trustedProxies' : '';
      this.notifications.refused(`it came from ${source}, which is not one of the addresses allowed${remedy}`);
      return { httpStatus: 403, contentType: TEXT_TYPE, body: 'Forbidden\n', isRefused: true };
    }
    const { fields, isLegacy } = await readNotification(request);
    const notification = decodeNotification(fields);
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

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** What a promise brings, or `undefined` once time is up; the work goes on. */
async function soon<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = timers.setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    timers.clearTimeout(timer);
  }
}
