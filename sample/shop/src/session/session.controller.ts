import { Body, Controller, Get, Header, Post, Query, Req, Res } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Request, Response } from 'express';
import { Repository } from 'typeorm';
import { DEMO_STAFF } from '../demo.js';
import { html } from '../web/html.js';
import { hidden, layout } from '../web/layout.js';
import { LANGUAGE_COOKIE, Page, type PageContext } from '../web/page-context.js';
import { isPassword } from './password.js';
import type { ShopSession } from './shop-session.js';
import { Staff } from './staff.entity.js';

/** Signing in and out of the back office, and the language of the pages. */
@Controller()
export class SessionController {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {}

  @Get('login')
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Page() page: PageContext, @Query('next') next = '/admin'): string {
    return loginPage(page, next, false);
  }

  @Post('login')
  async signIn(
    @Page() page: PageContext,
    @Body() { id = '', password = '', next = '' }: { id?: string; password?: string; next?: string },
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const found = await this.staff.findOneBy({ id: String(id) });
    if (!found || !(await isPassword(String(password), found.passwordHash))) {
      response
        .status(401)
        .type('html')
        .send(loginPage(page, next, true));
      return;
    }
    (request.session as ShopSession).staff = found.id;
    response.redirect(303, here(next));
  }

  @Post('logout')
  signOut(@Req() request: Request, @Res() response: Response): void {
    delete (request.session as ShopSession).staff;
    response.redirect(303, '/');
  }

  @Get('language/:language')
  speak(@Req() request: Request, @Res() response: Response, @Query('next') next = '/'): void {
    const language = request.params['language'] === 'en' ? 'en' : 'ko';
    response.cookie(LANGUAGE_COOKIE, language, { httpOnly: true, sameSite: 'lax', maxAge: 365 * 24 * 60 * 60_000 });
    response.redirect(303, here(next));
  }
}

/** A path of this shop alone: nobody is sent elsewhere by a link that was tampered with. */
function here(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])/.test(path) ? path : '/';
}

function loginPage(page: PageContext, next: string, failed: boolean): string {
  const { say, simulated } = page;
  const demo = simulated ? DEMO_STAFF : { id: '', password: '' };
  return layout(
    page,
    say('로그인', 'Sign in'),
    html` <form method="post" action="/login" class="card narrow">
      ${hidden(page, { next })}
      ${failed && html`<p class="notice bad" role="alert">${say('아이디 또는 비밀번호가 맞지 않습니다.', 'Id or password is wrong.')}</p>`}
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
