import type { Request } from 'express';
import { html, type Html } from './html.js';
import type { PageContext } from './page.js';

/** What was typed into a form, and the address that takes it: `step=edit` shows the form again as it was. */
export interface KeptForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The form that a request has sent, where somebody has typed into it: for a refund, or for a verdict in the console. */
export function keptFormOf({ method, originalUrl, body }: Request): KeptForm | undefined {
  const fields = textsOf(body);
  if (method !== 'POST' || !('reason' in fields)) return undefined;
  // A verdict is looked over once more before it is recorded.
  return { action: here(originalUrl).replace('act=decide', 'act=consider'), fields };
}

/** A path of this shop alone: nobody is sent elsewhere by a link that was tampered with. */
export function here(path: unknown): string {
  const shop = 'http://shop.invalid';
  // Read as a browser reads it, to which "/\t/other.example" is another host.
  const url = typeof path === 'string' && URL.canParse(path, shop) ? new URL(path, shop) : undefined;
  return url?.origin === shop ? url.pathname.replace(/^\/+/, '/') + url.search : '/';
}

/** The fields of a form that are text. */
export function textsOf(body: unknown): Record<string, string> {
  const entries = Object.entries(Object(body) as Record<string, unknown>);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** A button that leads back to the form as it was typed. Nothing is stored meanwhile: it may hold a bank account. */
export function keptForm({ say }: PageContext, { action, fields }: KeptForm): Html {
  return html`<form method="post" action="${action}">
    ${hidden({ ...fields, step: 'edit' })}
    <p>${say('입력한 내용은 그대로 있습니다.', 'What you have typed is still here.')}</p>
    <button class="primary" autofocus>${say('이어서 하기', 'Go on')}</button>
  </form>`;
}

export function hidden(fields: Readonly<Record<string, string | number | undefined>>): Html {
  return html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;
}
