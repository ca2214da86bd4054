import { html, type Html } from './html.js';
import type { Page, View } from './page.js';

/** Addresses of what a page loads, and of the way out of the console where there is one. */
export interface Frame {
  readonly style: string;
  readonly script: string;
  readonly home: string | undefined;
}

/** The menu's page that what was sent is about; of other acts, none. */
const MENU_OF_ACT: Readonly<Record<string, string>> = { ask: 'find', withdraw: 'find', consider: 'find', decide: 'find' };

/** A whole page, in the console's frame. */
export function layout(page: Page, { title, content, live = true, bare = false }: View, frame: Frame): string {
  const { say, language, user, query } = page;
  const other = language === 'ko' ? 'en' : 'ko';
  const parameters = Object.fromEntries(query);
  const act = query.get('act');
  const at = query.get('view') ?? (act === null ? 'today' : (MENU_OF_ACT[act] ?? ''));
  const link = (view: string, text: string, of: readonly string[] = [view]): Html =>
    html`<a href="${page.link({ view })}" ${of.includes(at) && html`aria-current="page"`}>${text}</a>`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ${say('KICC 취소', 'KICC cancellations')}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${frame.style}" />
        <script src="${frame.script}" defer></script>
      </head>
      <body ${live && !bare && html`data-live="${page.link({ ...parameters, live: '1' })}"`}>
        <a class="skip" href="#content">${say('본문으로 건너뛰기', 'Skip to content')}</a>
        <header>
          <a class="brand" href="${page.link({ view: 'today' })}">${say('KICC 취소', 'KICC cancellations')}</a>
          ${
            !bare &&
            html`<nav aria-label="${say('주 메뉴', 'Main')}">
              ${link('today', say('오늘', 'Today'), ['today'])} ${link('find', say('찾기', 'Find'), ['find', 'revision'])}
              ${link('bulks', say('일괄', 'Bulks'), ['bulks', 'bulk'])} ${link('charts', say('통계', 'Charts'))}
            </nav>`
          }
          <p class="side">
            ${frame.home !== undefined && html`<a href="${frame.home}">${say('관리자 화면으로', 'Back office')}</a>`}
            ${
              !bare &&
              html`<span
                >${user.actor}${user.may === 'look' && html` <span class="quiet">${say('조회 전용', 'read-only')}</span>`}</span
              >`
            }
            <a href="${page.link({ ...parameters, lang: other })}" lang="${other}" hreflang="${other}"
              >${other === 'en' ? 'English' : '한국어'}</a
            >
          </p>
        </header>
        <main id="content" tabindex="-1">
          <h1>${title}</h1>
          ${content}
        </main>
        <p
          class="visually-hidden"
          role="status"
          id="announced"
          data-words="${say('화면을 새로 고쳤습니다.', 'The page was renewed.')}"
        ></p>
      </body>
    </html>`.text;
}

/** A form that changes something: a POST to the console, with the token that binds who may do what. */
export function form(page: Page, act: string, fields: Readonly<Record<string, string | number>>, content: Html): Html {
  return html`<form method="post" action="${page.link({ act })}">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)} ${content}
  </form>`;
}
