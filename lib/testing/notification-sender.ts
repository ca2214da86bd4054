import { request as httpRequest, type ClientRequest } from 'node:http';
// Imported, since a test may have put fake timers in place of the global ones.
import { isRecord, violation } from '../protocol/check-fields.js';
import { SUCCESS } from '../protocol/codes.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { timers } from '../real-time.js';
import { readLegacyAnswer, toLegacyForm } from './legacy-form.js';
import type { SimulatedNotification } from './simulated-notification.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** In which form notifications are sent: JSON, or KICC's older one (form-urlencoded, EUC-KR). */
export type NotificationForm = 'json' | 'legacy';

/** How a simulator sends KICC's notifications ("webhook"). */
export interface NotifyOptions {
  /** Where the shop takes them: `http:` on this machine. Without one nothing is sent until `setNotifyUrl` names it. */
  readonly url?: string;
  /** How long after a send that was not acknowledged it is sent again, ms of real time. Default 180,000, as KICC. */
  readonly repeatEveryMs?: number;
  /** How often it is sent at most, at least 1. Default 11, as KICC: once and ten repeats. */
  readonly maxSends?: number;
  /** Default `json`. */
  readonly form?: NotificationForm;
}

/** One send of a notification. */
export interface NotificationSend {
  /** By the simulator's clock. */
  readonly at: Date;
  /** Which send of this notification it was, from 1. */
  readonly attempt: number;
  /** In KICC's names, whatever the form. */
  readonly body: Readonly<Record<string, string>>;
  /** What the shop answered; absent where no answer came. */
  readonly httpStatus?: number;
  /** Its `resCd` (`res_cd`), if it had one; `0000` with HTTP 200 acknowledges. */
  readonly resCd?: string;
}

/** What a shop answered. */
export interface NotificationAnswer {
  readonly httpStatus: number;
  readonly body: string;
}

const FORMS: readonly string[] = ['json', 'legacy'];
const NOTIFY_FIELDS: readonly string[] = ['url', 'repeatEveryMs', 'maxSends', 'form'];
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How long a shop may take to answer, ms. Ours: KICC's page does not say. */
const ANSWER_WITHIN_MS = 30_000;

/** Posts notifications to a shop until it acknowledges each, as KICC does. Follows no redirect. */
export class NotificationSender {
  readonly #log: NotificationSend[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #requests = new Set<ClientRequest>();
  readonly #repeats = new Set<NodeJS.Timeout>();
  readonly #repeatEveryMs: number;
  readonly #maxSends: number;
  readonly #form: NotificationForm;
  #url: string | undefined;
  #stopped = false;

  /** The options must have been checked. */
  constructor(
    { url, repeatEveryMs = 180_000, maxSends = 11, form = 'json' }: NotifyOptions,
    private readonly now: () => Date,
  ) {
    this.#url = url;
    this.#repeatEveryMs = repeatEveryMs;
    this.#maxSends = maxSends;
    this.#form = form;
  }

  /** From here on everything, repeats too, goes there; with `undefined`, nowhere. */
  setUrl(url: string | undefined): void {
    SimulatorUsageError.throwIfAny('setNotifyUrl', checkNotifyOptions({ url }, ''));
    this.#url = url;
  }

  /** Begins to send; what nobody is there to hear is not sent later. */
  send({ body }: SimulatedNotification): void {
    if (this.#url !== undefined) this.#attempt(body, 1);
  }

  log(): readonly NotificationSend[] {
    return [...this.#log];
  }

  /** Posts anything once, right now, and notes nothing. Rejects if no answer comes. */
  async forge(body: Readonly<Record<string, string>>, form: NotificationForm = this.#form): Promise<NotificationAnswer> {
    if (this.#url === undefined) {
      const remedy = 'Call setNotifyUrl() first.';
      throw new SimulatorUsageError('sendNotification', [violation('url', 'required', 'is not known.', remedy)]);
    }
    if (!FORMS.includes(form)) throw new SimulatorUsageError('sendNotification', checkNotifyOptions({ form }, ''));
    return this.#post(this.#url, body, form);
  }

  /** Resolves when nothing is on its way; repeats that wait for their time are not waited for. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Ends every send and every repeat. */
  stop(): void {
    this.#stopped = true;
    for (const repeat of this.#repeats) timers.clearTimeout(repeat);
    for (const request of this.#requests) request.destroy();
  }

  #attempt(body: SimulatedNotification['body'], attempt: number): void {
    if (this.#stopped || this.#url === undefined) return;
    const at = new Date(this.now());
    const sending = this.#post(this.#url, body, this.#form)
      .catch(() => undefined)
      .then((answer) => {
        const resCd = answer && readResCd(answer.body, this.#form);
        this.#log.push({
          at,
          attempt,
          body,
          ...(answer ? { httpStatus: answer.httpStatus } : {}),
          ...(resCd === undefined ? {} : { resCd }),
        });
        const acknowledged = answer?.httpStatus === 200 && resCd === SUCCESS;
        if (!acknowledged && attempt < this.#maxSends) this.#repeat(body, attempt + 1);
      })
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  #repeat(body: SimulatedNotification['body'], attempt: number): void {
    if (this.#stopped) return;
    const timer = timers.setTimeout(() => {
      this.#repeats.delete(timer);
      this.#attempt(body, attempt);
    }, this.#repeatEveryMs);
    this.#repeats.add(timer);
  }

  #post(url: string, body: Readonly<Record<string, string>>, form: NotificationForm): Promise<NotificationAnswer> {
    const [contentType, text] =
      form === 'json'
        ? ['application/json; charset=utf-8', JSON.stringify(body)]
        : ['application/x-www-form-urlencoded', toLegacyForm(body)];
    const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const request = httpRequest(url, { method: 'POST', headers, agent: false, timeout: ANSWER_WITHIN_MS });
      this.#requests.add(request);
      request.on('close', () => this.#requests.delete(request));
      request.on('timeout', () => request.destroy(new Error('The shop did not answer in time.')));
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ httpStatus: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.end(text);
    });
  }
}

/** What is wrong with the options, each named under `path`. */
export function checkNotifyOptions(options: unknown, path = 'notify.'): Violation[] {
  if (!isRecord(options)) return [violation('notify', 'object', 'is not an object.', 'Give { url }.')];
  const { url, repeatEveryMs, maxSends, form } = options;
  const violations = Object.keys(options)
    .filter((name) => !NOTIFY_FIELDS.includes(name))
    .map((name) => violation(path + name, 'unknownField', 'is not an option.', `Use ${NOTIFY_FIELDS.join(', ')}.`));
  if (url !== undefined && !isLoopback(url)) {
    const remedy = "Give 'http://127.0.0.1:3000/kicc/notifications', for example.";
    violations.push(violation(`${path}url`, 'oneOf', 'is not an http: URL of this machine.', remedy));
  }
  const whole = (name: string, value: unknown, most: number): void => {
    if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most)) return;
    const remedy = `Give an integer from 1 to ${most}.`;
    violations.push(violation(path + name, 'type', 'is no whole number in its range.', remedy));
  };
  whole('repeatEveryMs', repeatEveryMs, LONGEST_TIMER_MS);
  whole('maxSends', maxSends, Number.MAX_SAFE_INTEGER);
  if (form !== undefined && !FORMS.includes(form as string)) {
    violations.push(violation(`${path}form`, 'oneOf', 'is not a form it knows.', `Use 'json' or 'legacy'.`));
  }
  return violations;
}

function isLoopback(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function readResCd(body: string, form: NotificationForm): string | undefined {
  if (form === 'legacy') return readLegacyAnswer(body);
  try {
    const answer: unknown = JSON.parse(body);
    const resCd = isRecord(answer) ? answer['resCd'] : undefined;
    return typeof resCd === 'string' ? resCd : undefined;
  } catch {
    return undefined;
  }
}
