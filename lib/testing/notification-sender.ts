import { request as httpRequest } from 'node:http';
// Imported, since a test may have put fake timers in place of the global ones.
import { clearTimeout as stopTimer, setTimeout as startTimer } from 'node:timers';
import { isLoopback } from '../kicc.options.js';
import { violation } from '../protocol/check-fields.js';
import { LEGACY_SEPARATOR } from '../protocol/notification.js';
import { toLegacyForm } from './legacy-form.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** How notifications are posted. */
export interface NotifyOptions {
  /** The shop's endpoint, on this machine. */
  readonly url: string;
  /** Pause before one that was not acknowledged is sent again, ms. Default 180,000, as KICC's. */
  readonly repeatEveryMs?: number;
  /** How often one is sent at most. Default 11: once, and ten repeats. */
  readonly maxSends?: number;
  /** `legacy`: form-urlencoded in EUC-KR. Default `json`. */
  readonly form?: 'json' | 'legacy';
}

/** One attempt to tell the shop. */
export interface NotificationSend {
  readonly at: Date;
  readonly notification: Readonly<Record<string, string>>;
  /** From 1. */
  readonly attempt: number;
  /** 0 where there was no answer. */
  readonly httpStatus: number;
  /** What the shop answered; absent where that could not be read. */
  readonly resCd?: string | undefined;
}

/** What came back. */
export interface NotificationReply {
  readonly httpStatus: number;
  readonly body: string;
}

const ANSWER_WITHIN_MS = 30_000;
const REPEAT_EVERY_MS = 180_000;
const MAX_SENDS = 11;

/** Posts notifications as KICC does: until they are acknowledged, every few minutes, so many times. */
export class NotificationSender {
  readonly #log: NotificationSend[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #underWay = new Set<Promise<void>>();
  #options: NotifyOptions | undefined;
  #isStopped = false;

  constructor(private readonly now: () => Date) {}

  /** @throws {SimulatorUsageError} if the URL is none on this machine, or a number is none. */
  configure(options: NotifyOptions): void {
    const { url, repeatEveryMs = REPEAT_EVERY_MS, maxSends = MAX_SENDS, form = 'json' } = options;
    const violations = [];
    if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'http:' || !isLoopback(new URL(url))) {
      violations.push(
        violation('notify.url', 'type', 'is no http URL on loopback.', 'Give http://127.0.0.1:3000/kicc/notifications.'),
      );
    }
    for (const [name, value] of Object.entries({ repeatEveryMs, maxSends })) {
      if (Number.isInteger(value) && value >= 1 && value <= 2 ** 31 - 1) continue;
      violations.push(violation(`notify.${name}`, 'type', 'is no whole number in its range.', 'Give an integer, at least 1.'));
    }
    if (form !== 'json' && form !== 'legacy') {
      violations.push(violation('notify.form', 'oneOf', 'is no form that KICC uses.', "Use 'json' or 'legacy'."));
    }
    SimulatorUsageError.throwIfAny('notify', violations);
    this.#options = { url, repeatEveryMs, maxSends, form };
  }

  /** Every attempt, in order. */
  get log(): readonly NotificationSend[] {
    return [...this.#log];
  }

  /** Sends one until it is acknowledged. Without a URL, nothing is sent. */
  tell(notification: Readonly<Record<string, string>>): void {
    if (this.#options && !this.#isStopped) this.#attempt(notification, this.#options, 1);
  }

  /** Sends one, once, whatever it says. */
  async post(notification: Readonly<Record<string, string>>, form?: NotifyOptions['form']): Promise<NotificationReply> {
    if (!this.#options) {
      throw new SimulatorUsageError('sendNotification', [
        violation('notify', 'required', 'is not set.', 'Give notify: { url }, or call notify({ url }).'),
      ]);
    }
    return post(notification, form ? { ...this.#options, form } : this.#options);
  }

  /** Waits until nothing is on its way; not for what is to be sent again later. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) stopTimer(timer);
    await this.settled();
  }

  #attempt(notification: Readonly<Record<string, string>>, options: NotifyOptions, attempt: number): void {
    const sending = this.#send(notification, options, attempt).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  async #send(notification: Readonly<Record<string, string>>, options: NotifyOptions, attempt: number): Promise<void> {
    const { httpStatus, body } = await post(notification, options).catch(() => ({ httpStatus: 0, body: '' }));
    const resCd = readResCd(body);
    this.#log.push(Object.freeze({ at: this.now(), notification, attempt, httpStatus, resCd }));
    const isAcknowledged = httpStatus === 200 && resCd === '0000';
    if (isAcknowledged || this.#isStopped || attempt >= (options.maxSends ?? MAX_SENDS)) return;
    const timer = startTimer(() => {
      this.#timers.delete(timer);
      this.#attempt(notification, options, attempt + 1);
    }, options.repeatEveryMs);
    this.#timers.add(timer);
  }
}

/** JSON, or `res_cd=0000` parted by 0x1F from the rest. */
function readResCd(body: string): string | undefined {
  const legacy = body.split(LEGACY_SEPARATOR).find((field) => field.startsWith('res_cd='));
  if (legacy !== undefined) return legacy.slice('res_cd='.length);
  try {
    const { resCd } = JSON.parse(body) as { resCd?: unknown };
    return typeof resCd === 'string' ? resCd : undefined;
  } catch {
    return undefined;
  }
}

function post(notification: Readonly<Record<string, string>>, { url, form }: NotifyOptions): Promise<NotificationReply> {
  const isLegacy = form === 'legacy';
  const body = isLegacy ? toLegacyForm(notification) : JSON.stringify(notification);
  const contentType = isLegacy ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8';
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
    const sent = httpRequest(url, { method: 'POST', headers, agent: false, timeout: ANSWER_WITHIN_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ httpStatus: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}
