import { Catch, HttpException, HttpStatus, Inject, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Request, Response } from 'express';
import {
  KiccError,
  KiccValidationError,
  koreanViolation,
  OverRefundError,
  PaymentBusyError,
  ReviseJournalError,
  type Violation,
} from 'nestjs-kicc';
import { RefundNotPossible } from './refunds/refund-not-possible.error.js';
import { SignInNeeded } from './session/back-office.guard.js';
import { ShopClock } from './shop-clock.js';
import { duration } from './web/format.js';
import { html } from './web/html.js';
import { layout } from './web/layout.js';
import { pageContextOf, type PageContext } from './web/page-context.js';

/** Says on a page, in the reader's language, what is wrong and what to do. What it tells happened before anything was sent. */
@Catch()
export class ShopExceptionFilter extends BaseExceptionFilter {
  readonly #logger = new Logger(ShopExceptionFilter.name);
  @Inject(ShopClock) private readonly clock!: ShopClock;

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (request.path.startsWith('/kicc/')) return super.catch(error, host);
    if (response.headersSent) {
      response.end();
      return;
    }
    const page = pageContextOf(request);
    if (error instanceof SignInNeeded && !request.path.startsWith('/api/')) {
      return response.redirect(303, `/login?next=${encodeURIComponent(error.next)}`);
    }
    const status = statusOf(error);
    const now = this.clock.now();
    const lines = wordsOf(error, page, now);
    if (error instanceof PaymentBusyError && error.until) response.setHeader('Retry-After', secondsUntil(error.until, now));
    if (status >= 500)
      this.#logger.error(`${request.method} ${request.path}: ${error instanceof Error ? error.name : 'error'}`);
    if (request.path.startsWith('/api/')) {
      response.status(status).json({ statusCode: status, message: lines });
      return;
    }
    const back = request.method === 'GET' ? '/' : (pathOf(request.headers.referer) ?? '/');
    const text = layout(
      page,
      titleOf(status, page),
      html`<div class="notice bad" role="alert">${lines.map((line) => html`<p>${line}</p>`)}</div>
        <p><a href="${back}">${page.say('돌아가기', 'Back')}</a></p>`,
    );
    response.status(status).type('html').send(text);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof SignInNeeded) return HttpStatus.UNAUTHORIZED;
  if (error instanceof RefundNotPossible) return HttpStatus.CONFLICT;
  if (error instanceof KiccValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof ReviseJournalError) return HttpStatus.SERVICE_UNAVAILABLE;
  if (error instanceof KiccError) return HttpStatus.CONFLICT;
  return error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
}

/** What is said of a payment that takes no other refund for now. */
const HOLDS: Record<
  PaymentBusyError['because'],
  (until: Date | undefined, now: Date) => readonly [korean: string, english: string]
> = {
  open: () => [
    '이 결제의 다른 취소 결과를 확인하고 있습니다.',
    'The outcome of another refund of this payment is being found out.',
  ],
  review: (until, now) =>
    until
      ? [
          `KICC가 거절한 취소를 한 번 더 확인하고 있습니다. ${duration(secondsUntil(until, now) * 1_000, 'ko')} 뒤 다시 시도해 주세요.`,
          `A refund that KICC refused is looked at once more. Try again in ${duration(secondsUntil(until, now) * 1_000, 'en')}.`,
        ]
      : [
          'KICC가 거절한 취소가 실제로 처리되지 않았는지 확인하지 못했습니다. 상점관리자에서 확인하고 판정한 뒤 다시 시도해 주세요.',
          "KICC could not be asked whether a refusal holds. Look into KICC's merchant console, decide, and try again.",
        ],
  corrected: () => [
    '거절된 줄 알았던 취소가 실제로는 처리되었습니다. 이 취소가 아직 필요한지 확인해 주세요.',
    'A refund that counted as refused was carried out after all. See whether this one is still wanted.',
  ],
  unreadable: () => [
    '이 결제의 다른 취소 기록을 읽을 수 없습니다. 개발팀이 기록을 고친 뒤 다시 시도해 주세요.',
    'The record of another refund of this payment cannot be read. Have your developers mend it, and try again.',
  ],
};

/** Whole seconds until then, and one for who looks at it meanwhile. */
function secondsUntil(until: Date, now: Date): number {
  return Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1_000)) + 1;
}

function titleOf(status: number, { say }: PageContext): string {
  if (status === 404) return say('찾을 수 없습니다', 'Not found');
  return status >= 500 ? say('잠시 문제가 있습니다', 'Something is wrong') : say('처리되지 않았습니다', 'Not done');
}

function wordsOf(error: unknown, page: PageContext, now: Date): string[] {
  const { say } = page;
  if (error instanceof SignInNeeded) return [say('먼저 로그인해 주세요.', 'Sign in first.')];
  if (error instanceof RefundNotPossible) return [say(error.korean, error.english)];
  if (error instanceof PaymentBusyError) {
    const { because, openShopTransactionId: id } = error;
    const words = say(...HOLDS[because](error.until, now));
    // Nobody knows it before it is committed.
    return [id === undefined ? words : `${words} (${id})`];
  }
  if (error instanceof OverRefundError) {
    const left = (error.approvedAmount - error.refunded).toLocaleString('ko-KR');
    return [
      say(`승인 금액을 넘습니다. 취소 가능 금액은 ${left}원입니다.`, `More than was approved. ₩${left} can still be refunded.`),
    ];
  }
  if (error instanceof ReviseJournalError) {
    return [
      say(
        '데이터베이스에 문제가 있습니다. 같은 화면에서 다시 보내도 두 번 환불되지 않습니다.',
        'The database is in trouble. Sending the same page again refunds nothing twice.',
      ),
    ];
  }
  const violations = violationsOf(error);
  if (violations.length > 0) {
    return violations.map((one) => say(sentenceOf(koreanViolation(one)), sentenceOf(one)));
  }
  if (error instanceof KiccError || error instanceof HttpException) {
    if (error instanceof HttpException && error.getStatus() === 404) {
      return [
        say('페이지나 주문을 찾을 수 없습니다. 주소를 확인해 주세요.', 'There is no such page or order. Check the address.'),
      ];
    }
    if (error instanceof HttpException && error.getStatus() === 403) {
      return [
        say(
          '화면이 오래되었습니다. 새로 연 뒤 다시 보내 주세요.',
          'The form is too old. Open the page anew, and send it again.',
        ),
      ];
    }
    return [error.message];
  }
  return [
    say(
      '예상하지 못한 오류입니다. 같은 화면에서 다시 보내도 두 번 환불되지 않습니다.',
      'An unexpected error. Sending the same page again refunds nothing twice.',
    ),
  ];
}

function sentenceOf({ field, message, remedy }: Violation): string {
  return `${field}: ${message} ${remedy}`;
}

function violationsOf(error: unknown): readonly Violation[] {
  if (error instanceof KiccValidationError) return error.violations;
  const body = error instanceof HttpException ? error.getResponse() : undefined;
  const { violations } = Object(body) as { violations?: unknown };
  return Array.isArray(violations) ? (violations as Violation[]) : [];
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
