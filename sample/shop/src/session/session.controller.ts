import { Body, Controller, Get, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import type { CookieOptions, Request, Response } from 'express';
import { html } from '../web/html.js';
import { here, keptForm, textsOf } from '../web/kept-form.js';
import { cookieOf, LANGUAGE_COOKIE, layout, Page, type PageContext } from '../web/page.js';
import { loginPage, WRONG } from './login.page.js';
import { SESSION_COOKIE, SESSION_MS, SessionsService } from './sessions.service.js';

const COOKIE: CookieOptions = { httpOnly: true, sameSite: 'lax', secure: process.env['SECURE_COOKIES'] === '1' };

/** Signing in and out of the back office, and the language of the pages. */
@Controller()
export class SessionController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('login')
  page(@Page() page: PageContext, @Query('next') next: unknown): string {
    return loginPage(page, { next: here(next ?? '/admin') });
  }

  /** So many times a minute for one id, be it known or not. */
  @Post('login')
  @UseGuards(ThrottlerGuard)
  async signIn(
    @Page() page: PageContext,
    @Body() body: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { id = '', password = '', next, kept } = textsOf(body);
    const action = here(next);
    const token = await this.sessions.begin(id, password);
    if (token === undefined) {
      response.status(401).send(loginPage(page, { next: action, kept, fault: WRONG }));
      return;
    }
    await this.sessions.end(cookieOf(request, SESSION_COOKIE));
    response.cookie(SESSION_COOKIE, token, { ...COOKIE, maxAge: SESSION_MS });
    if (kept === undefined) return response.redirect(303, action);
    const form = keptForm(page, { action, fields: Object.fromEntries(new URLSearchParams(kept)) });
    const title = page.say('로그인했습니다', 'Signed in');
    response.send(layout({ ...page, staff: id }, title, html`<div class="card narrow">${form}</div>`));
  }

  @Post('logout')
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.sessions.end(cookieOf(request, SESSION_COOKIE));
    response.clearCookie(SESSION_COOKIE, COOKIE);
    // Or "back" would still show what somebody else may not see.
    response.setHeader('clear-site-data', '"cache"');
    response.redirect(303, '/login');
  }

  @Get('language/:language')
  speak(@Req() request: Request, @Res() response: Response, @Query('next') next: unknown): void {
    const language = request.params['language'] === 'en' ? 'en' : 'ko';
    response.cookie(LANGUAGE_COOKIE, language, { ...COOKIE, maxAge: 365 * 24 * 60 * 60_000 });
    response.redirect(303, here(next));
  }
}
