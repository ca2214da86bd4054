import { html, type Html } from './html.js';
import type { Page } from './page.js';

/** A form that only asks: a GET of a view, whose fields become its address. */
export function searchForm({ link }: Page, view: string, content: Html): Html {
  const lang = new URLSearchParams(link({})).get('lang');
  return html`<form method="get" action="?">
    <input type="hidden" name="view" value="${view}" />
    ${lang !== null && html`<input type="hidden" name="lang" value="${lang}" />`} ${content}
  </form>`;
}
