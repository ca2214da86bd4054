import { DEMO_STAFF } from '../demo.js';
import { html } from '../web/html.js';
import { hidden } from '../web/kept-form.js';
import { layout, type PageContext, type Words } from '../web/page.js';

export const WRONG: Words = ['아이디 또는 비밀번호가 맞지 않습니다.', 'Id or password is wrong.'];
export const NOTHING_DONE: Words = [
  '로그인이 만료되어 아직 아무것도 처리하지 않았습니다.',
  'Your session had ended, so nothing was done.',
];

/** Where signing in leads to, and what was typed there when the session had ended, as a query string. */
export interface SignIn {
  readonly next: string;
  readonly kept?: string | undefined;
  readonly fault?: Words | undefined;
}

export function loginPage(page: PageContext, { next, kept, fault }: SignIn): string {
  const { say, simulated } = page;
  const demo = simulated ? DEMO_STAFF : { id: '', password: '' };
  return layout(
    page,
    say('로그인', 'Sign in'),
    html`<form method="post" action="/login" class="card narrow">
      ${hidden(kept === undefined ? { next } : { next, kept })}
      ${
        kept !== undefined &&
        html`<p class="notice open" role="status">
          ${say(...NOTHING_DONE)}
          ${say('다시 로그인하면 입력하던 내용이 그대로 나옵니다.', 'Sign in, and what you have typed is there again.')}
        </p>`
      }
      ${fault && html`<p class="notice bad" role="alert">${say(...fault)}</p>`}
      <label>${say('아이디', 'Id')} <input name="id" value="${demo.id}" autocomplete="username" required /></label>
      <label
        >${say('비밀번호', 'Password')}
        <input name="password" type="password" value="${demo.password}" autocomplete="current-password" required
      /></label>
      <button class="primary">${say('로그인', 'Sign in')}</button>
      ${simulated && html`<p class="quiet">${say('데모 계정이 미리 입력되어 있습니다.', 'The demo account is filled in.')}</p>`}
    </form>`,
  );
}
