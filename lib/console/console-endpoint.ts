import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import { KiccClock } from '../gateway/kicc-clock.js';
import { serviceOf } from '../inject-kicc.js';
import { isLoopback } from '../kicc.options.js';
import { ReviseJournal } from '../journal/revise-journal.js';
import { KiccMalls } from '../malls/kicc-malls.js';
import { bytesOf, type BodyRequest } from '../notification/request-body.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { RevisePaymentService } from '../revise/revise-payment.service.js';
import { ReviseRecovery } from '../revise/revise-recovery.js';
import { ReviseReports } from '../revise/revise-reports.js';
import { BulkPace } from './bulk-pace.js';
import { ApiLook } from './api-look.js';
import { act } from './console-acts.js';
import type { ConsoleBooks } from './console-books.js';
import { viewOf } from './console-views.js';
import { DecisionRate } from './decision-rate.js';
import { DecisionTokens } from './decision-token.js';
import type { ConsoleUser, KiccConsoleSettings } from './kicc-console.options.js';
import { LiveViews } from './live-views.js';
import { bulkReport, type Report } from './views/bulk-report.js';
import { faultView } from './views/fault.view.js';
import { html } from './web/html.js';
import { layout, type Assets } from './web/layout.js';
import { pageOf, type Page, type View } from './web/page.js';
import { SCRIPT } from './web/script.js';
import { STYLE } from './web/style.js';

/** What is used of a request of Express or Fastify. */
export interface ConsoleRequest extends BodyRequest {
  readonly url: string;
  /** Express: before routers have cut it. */
  readonly originalUrl?: string;
  readonly raw?: IncomingMessage;
}

/** What is used of a response of Express or Fastify. */
export interface ConsoleResponse {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body: string): unknown;
  /** Fastify: Node's own response, once it is told to leave it alone. */
  readonly raw?: ServerResponse;
  hijack?(): void;
}

const HTML_TYPE = 'text/html; charset=utf-8';
const CSV_TYPE = 'text/csv; charset=utf-8';

/** Nothing but the console's own style and script, no frame around it, and no address told to anybody else. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  // What was typed is there again on the way back, and a page of yesterday is asked for anew.
  'cache-control': 'private, no-cache',
};

/** One console of an app, behind its controller. */
export class ConsoleEndpoint implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('KiccConsoleModule');
  readonly #rate: DecisionRate;
  readonly #assets: Readonly<Record<string, { readonly text: string; readonly type: string }>>;
  readonly #addresses: Assets;
  #books: ConsoleBooks | undefined;
  #live: LiveViews | undefined;

  constructor(
    private readonly modules: ModuleRef,
    private readonly settings: KiccConsoleSettings,
  ) {
    this.#rate = new DecisionRate(settings.decisionsPerMinute);
    this.#assets = {
      style: { text: `${STYLE}${settings.css}`, type: 'text/css; charset=utf-8' },
      script: { text: SCRIPT, type: 'text/javascript; charset=utf-8' },
    };
    const address = (name: string): string => {
      const digest = createHash('sha256')
        .update(this.#assets[name]?.text ?? '')
        .digest('base64url');
      return `?asset=${name}&v=${digest.slice(0, 12)}`;
    };
    this.#addresses = { style: address('style'), script: address('script') };
  }

  /** @throws {KiccConfigurationError} if there is no `KiccModule`, or anybody could look. */
  onModuleInit(): void {
    const of = <T>(service: abstract new (...dependencies: never[]) => T): T =>
      serviceOf(this.modules, 'KiccConsoleModule', this.settings.kicc, service);
    const payments = of(RevisePaymentService);
    this.refuseUnguarded(payments.baseUrl);
    const malls = of(KiccMalls);
    const ownKey = randomBytes(32).toString('base64url');
    // A mall whose signer alone has the key takes this process's own.
    const tokens = new DecisionTokens((mallId) => malls.secretKeyOf(mallId) ?? malls.secretKeyOf() ?? ownKey);
    const clock = of(KiccClock);
    this.#books = {
      payments,
      reports: of(ReviseReports),
      bulks: of(ReviseBulkService),
      clock,
      malls,
      journal: of(ReviseJournal),
      recovery: of(ReviseRecovery),
      api: new ApiLook(payments.baseUrl, () => clock.now()),
      tokens,
      pace: new BulkPace(),
    };
    this.#live = new LiveViews(payments.events$);
  }

  /** Ends what is live, or the server would wait for it; Nest calls it. */
  beforeApplicationShutdown(): void {
    this.#live?.stop();
  }

  async show(request: ConsoleRequest, response: ConsoleResponse): Promise<void> {
    const query = queryOf(request);
    const asset = query.get('asset');
    if (asset !== null) return this.sendAsset(asset, response);
    const { books, page } = await this.pageFor(request, query);
    if (!page) return this.refuse(request, response);
    if (query.has('live')) {
      const again = async (): Promise<string> => (await viewOf(books, { ...page, now: books.clock.now() })).content.text;
      this.#live?.follow(hijacked(response), again);
      return;
    }
    if (query.get('view') === 'report') return this.sendReport(response, books, page);
    this.sendView(response, page, await viewOf(books, page));
  }

  async act(request: ConsoleRequest, response: ConsoleResponse): Promise<void> {
    const { books, page } = await this.pageFor(request, queryOf(request));
    if (!page) return this.refuse(request, response);
    const acted = await act(books, page, await formOf(request), this.#rate);
    if ('goTo' in acted) send(response.status(303).header('location', acted.goTo), 'text/plain', '');
    else this.sendView(response, page, acted);
  }

  private refuseUnguarded(baseUrl: string): void {
    if (this.settings.authorize) return;
    if (!isLoopback(new URL(baseUrl))) {
      throw new KiccConfigurationError([
        'KiccConsoleModule.authorize: is missing, so anybody could look at refunds and decide about them. Give a function of the request that ' +
          "returns { actor, may: 'look' | 'decide' }, or nothing for whoever may not: by your session, token or proxy.",
      ]);
    }
    this.#logger.warn(
      'authorize is missing: whoever reaches this app may look and decide, as "anybody". It starts only because baseUrl is loopback.',
    );
  }

  /** @returns no page for whoever the app does not know. */
  private async pageFor(
    request: ConsoleRequest,
    query: URLSearchParams,
  ): Promise<{ books: ConsoleBooks; page: Page | undefined }> {
    const books = this.#books as ConsoleBooks;
    const user = this.settings.authorize ? await this.settings.authorize(request) : ANYBODY;
    return { books, page: isUser(user) ? this.pageOf(user, query, request, books) : undefined };
  }

  private pageOf(user: ConsoleUser, query: URLSearchParams, { headers }: ConsoleRequest, { clock }: ConsoleBooks): Page {
    const languages = headers['accept-language'];
    return pageOf(user, query, this.settings.locale, Array.isArray(languages) ? languages[0] : languages, clock.now());
  }

  private refuse(request: ConsoleRequest, response: ConsoleResponse): void {
    const page = this.pageOf({ actor: '', may: 'look' }, queryOf(request), request, this.#books as ConsoleBooks);
    const title = page.say('로그인이 필요합니다', 'Sign in first');
    const content = html`<p>
      ${page.say('이 화면을 볼 권한이 확인되지 않았습니다.', 'It is not known who you are, or you may not look.')}
    </p>`;
    this.sendView(response, page, { title, content, status: 401 });
  }

  private async sendReport(response: ConsoleResponse, books: ConsoleBooks, page: Page): Promise<void> {
    try {
      const report = await bulkReport(books, page);
      return await sendLines(hijacked(response), report);
    } catch (error) {
      const fault = faultView(page, error);
      if (!fault) throw error;
      this.sendView(response, page, fault);
    }
  }

  private sendView(response: ConsoleResponse, page: Page, view: View): void {
    send(response.status(view.status ?? 200), HTML_TYPE, layout(page, view, this.#addresses));
  }

  private sendAsset(name: string, response: ConsoleResponse): void {
    const asset = Object.hasOwn(this.#assets, name) ? this.#assets[name] : undefined;
    if (!asset) return void send(response.status(404), 'text/plain', '');
    response.status(200).header('cache-control', 'public, max-age=31536000, immutable');
    response.header('x-content-type-options', 'nosniff').header('content-type', asset.type).send(asset.text);
  }
}

const ANYBODY: ConsoleUser = { actor: 'anybody', may: 'decide' };

function isUser(user: unknown): user is ConsoleUser {
  const { actor, may } = Object(user) as Partial<ConsoleUser>;
  return typeof actor === 'string' && /^.{1,100}$/su.test(actor.trim()) && (may === 'look' || may === 'decide');
}

function queryOf({ originalUrl, url }: ConsoleRequest): URLSearchParams {
  return new URL(originalUrl ?? url, 'http://console.invalid').searchParams;
}

async function formOf(request: ConsoleRequest): Promise<URLSearchParams> {
  const bytes = await bytesOf(request);
  if (bytes) return new URLSearchParams(bytes.toString('utf8'));
  const fields = Object.entries(request.body as Record<string, unknown>);
  return new URLSearchParams(fields.filter((field): field is [string, string] => typeof field[1] === 'string'));
}

function send(response: ConsoleResponse, type: string, body: string): unknown {
  for (const [name, value] of Object.entries(HEADERS)) response.header(name, value);
  return response.header('content-type', type).send(body);
}

/** Node's own response, which the framework then leaves alone. */
function hijacked(response: ConsoleResponse): ServerResponse {
  response.hijack?.();
  return response.raw ?? (response as unknown as ServerResponse);
}

async function sendLines(response: ServerResponse, { name, lines }: Report): Promise<void> {
  response.writeHead(200, {
    ...HEADERS,
    'content-type': CSV_TYPE,
    'content-disposition': `attachment; filename="${name}"`,
  });
  try {
    for await (const line of lines) {
      if (response.destroyed) return;
      if (!response.write(line)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
    response.end();
  } catch {
    // A file that breaks off is not taken for a whole one.
    response.destroy();
  }
}
