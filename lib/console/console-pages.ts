import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { act } from './console-acts.js';
import type { ConsoleBooks } from './console-books.js';
import { viewOf } from './console-views.js';
import { DecisionRate } from './decision-rate.js';
import type { ConsoleUser, KiccConsoleSettings } from './kicc-console.options.js';
import { LiveViews } from './live-views.js';
import { bulkReport, type Report } from './views/bulk-report.js';
import { faultView } from './views/fault.view.js';
import { html } from './web/html.js';
import { layout, type Frame } from './web/layout.js';
import { pageOf, type Page, type View } from './web/page.js';
import { SCRIPT } from './web/script.js';
import { CONSOLE_STYLE } from './web/style.js';

/** Who asks for what. */
export interface ConsoleQuestion {
  /** Absent: nobody who is known. */
  readonly user: ConsoleUser | undefined;
  readonly query: URLSearchParams;
  /** The `Accept-Language` header. */
  readonly languages: string | undefined;
}

/** An answer to be sent, or what writes one bit by bit, status and headers included. */
export type ConsoleAnswer =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly write: (response: ServerResponse) => unknown };

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
const PLAIN_TYPE = 'text/plain; charset=utf-8';

/** The console itself, whatever server it is behind. */
export class ConsolePages {
  readonly #rate: DecisionRate;
  readonly #live: LiveViews;
  readonly #assets: Readonly<Record<string, { readonly text: string; readonly type: string }>>;
  readonly #frame: Frame;

  constructor(
    private readonly books: ConsoleBooks,
    private readonly settings: Pick<KiccConsoleSettings, 'locale' | 'css' | 'home' | 'decisionsPerMinute'>,
  ) {
    this.#rate = new DecisionRate(settings.decisionsPerMinute);
    this.#live = new LiveViews(books.payments.events$);
    this.#assets = {
      style: { text: `${CONSOLE_STYLE}${settings.css}`, type: 'text/css; charset=utf-8' },
      script: { text: SCRIPT, type: 'text/javascript; charset=utf-8' },
    };
    const address = (name: string): string => {
      const digest = createHash('sha256')
        .update(this.#assets[name]?.text ?? '')
        .digest('base64url');
      return `?asset=${name}&v=${digest.slice(0, 12)}`;
    };
    this.#frame = { style: address('style'), script: address('script'), home: settings.home };
  }

  /** What every page loads, and everybody may have; `undefined` where no asset is asked for. */
  asset(query: URLSearchParams): ConsoleAnswer | undefined {
    const name = query.get('asset');
    if (name === null) return undefined;
    const asset = Object.hasOwn(this.#assets, name) ? this.#assets[name] : undefined;
    if (!asset) return { status: 404, headers: { ...HEADERS, 'content-type': PLAIN_TYPE }, body: '' };
    const headers = {
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-type': asset.type,
    };
    return { status: 200, headers, body: asset.text };
  }

  async show(question: ConsoleQuestion): Promise<ConsoleAnswer> {
    const { books } = this;
    const page = this.pageFor(question);
    if (!page) return this.refusal(question);
    if (page.query.has('live')) {
      const again = async (): Promise<string> => (await viewOf(books, { ...page, now: books.clock.now() })).content.text;
      return { write: (response) => this.#live.follow(response, again) };
    }
    if (page.query.get('view') === 'report') return this.report(page);
    return this.answer(page, await viewOf(books, page));
  }

  /** @param form is read only where there is somebody who is known. */
  async act(question: ConsoleQuestion, form: () => Promise<URLSearchParams>): Promise<ConsoleAnswer> {
    const page = this.pageFor(question);
    if (!page) return this.refusal(question);
    const acted = await act(this.books, page, await form(), this.#rate);
    if (!('goTo' in acted)) return this.answer(page, acted);
    return { status: 303, headers: { ...HEADERS, location: acted.goTo, 'content-type': PLAIN_TYPE }, body: '' };
  }

  /** Ends what is live, or a server would wait for it. */
  stop(): void {
    this.#live.stop();
  }

  private async report(page: Page): Promise<ConsoleAnswer> {
    try {
      const report = await bulkReport(this.books, page);
      return { write: (response) => writeLines(response, report) };
    } catch (error) {
      const fault = faultView(page, error);
      if (!fault) throw error;
      return this.answer(page, fault);
    }
  }

  private pageFor({ user, query, languages }: ConsoleQuestion): Page | undefined {
    return user && pageOf(user, query, this.settings.locale, languages, this.books.clock.now());
  }

  private refusal({ query, languages }: ConsoleQuestion): ConsoleAnswer {
    const page = pageOf({ actor: '', may: 'look' }, query, this.settings.locale, languages, this.books.clock.now());
    const title = page.say('로그인이 필요합니다', 'Sign in first');
    const content = html`<p>
      ${page.say('이 화면을 볼 권한이 확인되지 않았습니다.', 'It is not known who you are, or you may not look.')}
    </p>`;
    return this.answer(page, { title, content, status: 401, bare: true });
  }

  private answer(page: Page, view: View): ConsoleAnswer {
    const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8' };
    return { status: view.status ?? 200, headers, body: layout(page, view, this.#frame) };
  }
}

async function writeLines(response: ServerResponse, { name, lines }: Report): Promise<void> {
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  });
  try {
    await pipeline(lines, response);
  } catch {
    // A file that breaks off is not taken for a whole one.
    response.destroy();
  }
}
