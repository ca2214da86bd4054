import { consoleLink } from './console-link.js';
import { html, type Html, type Piece } from './html.js';
import type { PageContext } from './page-context.js';

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
