import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Revision } from 'nestjs-kicc';
import { html, type Html, type Piece } from './html.js';

export type Language = 'ko' | 'en';

/** What is said in either language. */
export type Words = readonly [korean: string, english: string];

/** What every page needs to know of the request that it answers. */
export interface PageContext {
  readonly language: Language;
  /** Picks the words of the page's language. */
  readonly say: (...words: Words) => string;
  /** Who is signed in to the back office. */
  readonly staff: string | undefined;
  /** Path and query, to come back to. */
  readonly url: string;
  /** Whether it answers a form, so that what was typed would be lost by going elsewhere. */
  readonly isAnswer: boolean;
  /** Whether KICC is the simulator, so that the fault lab works. */
  readonly simulated: boolean;
}

export type PageRequest = Request & { page?: PageContext };

export const LANGUAGE_COOKIE = 'lang';

/** The context of a request, once it is known whose it is. */
export function pageContextOf(request: Request, staff?: string): PageContext {
  const language = cookieOf(request, LANGUAGE_COOKIE) === 'en' ? 'en' : 'ko';
  return {
    language,
    say: (korean, english) => (language === 'ko' ? korean : english),
    staff,
    url: request.originalUrl,
    isAnswer: request.method === 'POST',
    simulated: process.env['KICC_SIMULATOR_URL'] !== undefined,
  };
}

export function cookieOf({ headers }: Request, name: string): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1];
}

/** The {@link PageContext} of a request, as a parameter of a controller's method. */
export const Page = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<PageRequest>().page,
);

/** Where the console of `nestjs-kicc/console` is. */
export const CONSOLE_PATH = 'admin/kicc';

/** A view of the console, in the language of the page that leads to it. */
export function consoleLink({ language }: PageContext, parameters: Readonly<Record<string, string>> = {}): string {
  return `/${CONSOLE_PATH}?${new URLSearchParams({ ...parameters, lang: language }).toString()}`;
}

/** The console's page of a refund. */
export function revisionLink(page: PageContext, { mallId, shopTransactionId }: Revision): string {
  return consoleLink(page, { view: 'revision', mall: mallId, id: shopTransactionId });
}

/** A whole page, in the shop's frame. */
export function layout(page: PageContext, title: string, content: Piece): string {
  const { say, language, staff, simulated, url } = page;
  const other = language === 'ko' ? 'en' : 'ko';
  const here = /^\/admin\/(lab|bulk)/.exec(url)?.[1] ?? (url.startsWith('/admin') ? 'orders' : '');
  const link = (href: string, text: string, at?: string): Html =>
    html`<a href="${href}" ${at === here && html`aria-current="page"`}>${text}</a>`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ${say('다락방 상회', 'Darakbang')}</title>
        <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
        <script src="/static/shop.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#content">${say('본문으로 건너뛰기', 'Skip to content')}</a>
        <header>
          <a class="brand" href="/">${say('다락방 상회', 'Darakbang')}</a>
          <nav aria-label="${say('주 메뉴', 'Main')}">
            ${
              staff !== undefined &&
              html`${link('/admin', say('주문', 'Orders'), 'orders')} ${link('/admin/bulk', say('일괄 취소', 'Bulk'), 'bulk')}
              ${link(consoleLink(page), say('콘솔', 'Console'))}
              ${simulated && link('/admin/lab', say('장애 실험실', 'Fault lab'), 'lab')}`
            }
          </nav>
          <div class="side">
            ${
              !page.isAnswer &&
              html`<a href="/language/${other}?next=${encodeURIComponent(url)}" lang="${other}" hreflang="${other}"
                >${other === 'en' ? 'English' : '한국어'}</a
              >`
            }
            ${
              staff === undefined
                ? html`<a href="/login">${say('관리자', 'Back office')}</a>`
                : html`<form method="post" action="/logout">
                    <button class="link">${say('로그아웃', 'Sign out')}<span class="visually-hidden"> (${staff})</span></button>
                  </form>`
            }
          </div>
        </header>
        <main id="content" tabindex="-1">
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`.text;
}
