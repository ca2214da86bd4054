import { Catch, ForbiddenException, Logger, UnauthorizedException, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { ThrottlerException } from '@nestjs/throttler';
import type { Response } from 'express';
import { loginPage, NOTHING_DONE } from './session/login.page.js';
import { faultsOf, statusOf } from './web/faults.js';
import { html } from './web/html.js';
import { here, keptForm, keptFormOf, textsOf } from './web/kept-form.js';
import { layout, pageContextOf, type PageContext, type PageRequest } from './web/page.js';

/** Says on a page, in the reader's language, what is wrong and what to do, and leads back to what was typed. */
@Catch()
export class ShopExceptionFilter extends BaseExceptionFilter {
  readonly #logger = new Logger(ShopExceptionFilter.name);

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<PageRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    if (request.path.startsWith('/kicc/')) return super.catch(error, host);
    if (response.headersSent) {
      response.end();
      return;
    }
    const page = request.page ?? pageContextOf(request);
    const status = statusOf(error);
    if (status >= 500) {
      this.#logger.error(`${request.method} ${request.path}: ${error instanceof Error ? error.name : 'error'}`);
    }
    response.status(status).send(this.pageOf(error, request, page));
  }

  private pageOf(error: unknown, request: PageRequest, page: PageContext): string {
    const faults = faultsOf(error).map(({ words }) => words);
    // Nothing that another site has sent is handed on as if somebody had typed it here.
    const isForeign = error instanceof ForbiddenException;
    const { next, kept } = textsOf(isForeign ? undefined : request.body);
    if (kept !== undefined || error instanceof ThrottlerException) {
      return loginPage(page, { next: here(next), kept, fault: faults[0] });
    }
    const form = isForeign ? undefined : keptFormOf(request);
    const cameFrom = request.headers.referer;
    const from = request.method !== 'GET' && cameFrom !== undefined && URL.canParse(cameFrom) ? new URL(cameFrom) : undefined;
    const back = from && here(from.pathname + from.search);
    if (error instanceof UnauthorizedException) {
      if (form) return loginPage(page, { next: form.action, kept: new URLSearchParams(form.fields).toString() });
      if (request.method === 'GET') return loginPage(page, { next: request.originalUrl });
      return loginPage(page, { next: back ?? '/admin', fault: NOTHING_DONE });
    }
    return layout(
      page,
      titleOf(statusOf(error), page),
      html`<div class="notice bad" role="alert">${faults.map((words) => html`<p>${page.say(...words)}</p>`)}</div>
        ${form ? keptForm(page, form) : html`<p><a href="${back ?? '/'}">${page.say('돌아가기', 'Back')}</a></p>`}`,
    );
  }
}

function titleOf(status: number, { say }: PageContext): string {
  if (status === 404) return say('찾을 수 없습니다', 'Not found');
  return status >= 500 ? say('잠시 문제가 있습니다', 'Something is wrong') : say('처리되지 않았습니다', 'Not done');
}
