import { HttpException, HttpStatus } from '@nestjs/common';
import {
  KiccError,
  KiccValidationError,
  koreanViolation,
  OverRefundError,
  PaymentBusyError,
  ReviseConflictError,
  ReviseJournalError,
  type Violation,
} from 'nestjs-kicc';
import { EntityNotFoundError } from 'typeorm';
import type { Words } from './page.js';
import { untilWhen, won } from './words.js';

/** Something cannot be done as it was asked for. Nothing was noted, and nothing sent. */
export class NotPossible extends HttpException {
  /** @param field of the form, where it is about one. */
  constructor(
    readonly korean: string,
    readonly english: string,
    readonly field = '',
    status = 409,
  ) {
    super(english, status);
  }
}

/** Something that is wrong. */
export interface Fault {
  /** The field of the form that it is about; empty: the form as a whole. */
  readonly field: string;
  readonly words: Words;
}

export function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof EntityNotFoundError) return HttpStatus.NOT_FOUND;
  if (error instanceof KiccValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof ReviseJournalError) return HttpStatus.SERVICE_UNAVAILABLE;
  return error instanceof KiccError ? HttpStatus.CONFLICT : HttpStatus.INTERNAL_SERVER_ERROR;
}

/** What is wrong, and what to do about it. What it tells happened before anything was sent. */
export function faultsOf(error: unknown): readonly Fault[] {
  if (error instanceof NotPossible) return [{ field: error.field, words: [error.korean, error.english] }];
  const violations = violationsOf(error);
  if (violations.length === 0) return [{ field: '', words: wordsOf(error) }];
  const inWords = ({ message, remedy }: Violation): string => `${message} ${remedy}`;
  return violations.map((violation) => ({
    field: violation.field.split('.').at(-1) ?? '',
    words: [inWords(koreanViolation(violation)), `It ${inWords(violation)}`],
  }));
}

function violationsOf(error: unknown): readonly Violation[] {
  if (error instanceof KiccValidationError) return error.violations;
  const body = error instanceof HttpException ? error.getResponse() : undefined;
  const { violations } = Object(body) as { violations?: unknown };
  return Array.isArray(violations) ? (violations as Violation[]) : [];
}

function wordsOf(error: unknown): Words {
  if (error instanceof PaymentBusyError) {
    const { because, until } = error;
    return because === 'review' && until ? underReview(until) : HOLDS[because];
  }
  if (error instanceof OverRefundError) return overRefund(error.approvedAmount - error.refunded);
  if (error instanceof ReviseConflictError) {
    return [
      '같은 화면에서 다른 내용의 취소가 이미 접수되어 이번 취소는 처리하지 않았습니다.',
      'From this very page another refund was asked for already, so this one was not made.',
    ];
  }
  if (error instanceof ReviseJournalError) {
    return [
      '데이터베이스에 문제가 있습니다. 같은 내용을 다시 보내도 두 번 환불되지 않습니다.',
      'The database is in trouble. Sending the same again refunds nothing twice.',
    ];
  }
  if (error instanceof KiccError) return [error.message, error.message];
  return HTTP[statusOf(error)] ?? UNEXPECTED;
}

const UNEXPECTED: Words = [
  '예상하지 못한 오류입니다. 같은 내용을 다시 보내도 두 번 환불되지 않습니다.',
  'An unexpected error. Sending the same again refunds nothing twice.',
];

/** @param left KRW that can still be refunded, as the shop's books have it, or the library. */
export function overRefund(left: number): Words {
  return [
    `취소 가능 금액 ${won(left, 'ko')}을 넘습니다.`,
    `That is more than the ${won(left, 'en')} that can still be refunded.`,
  ];
}

/** What is said of a payment until the review of a refusal is over. */
export function underReview(until: Date): Words {
  const [korean, english] = untilWhen(until);
  return [
    `KICC가 거절한 취소를 한 번 더 확인하고 있습니다. 아직 필요하면 ${korean} 다시 취소해 주세요.`,
    `What KICC has refused is looked at once more. Where it is still wanted, refund it ${english}.`,
  ];
}

/** What is said of a payment that takes no other refund for now. */
export const HOLDS: Record<PaymentBusyError['because'], Words> = {
  open: [
    '이 결제의 다른 취소 결과를 확인하고 있습니다. 결과가 나온 뒤 다시 시도해 주세요.',
    'The outcome of another refund of this payment is being found out. Wait for it, then try again.',
  ],
  review: [
    'KICC가 거절한 취소가 실제로 처리되지 않았는지 확인하지 못했습니다. 콘솔에서 판정한 뒤 다시 시도해 주세요.',
    'KICC could not be asked whether a refusal holds. Decide in the console, then try again.',
  ],
  corrected: [
    '거절된 줄 알았던 취소가 실제로는 처리되었습니다. 이 취소가 아직 필요한지 확인해 주세요.',
    'A refund that counted as refused was carried out after all. See whether this one is still wanted.',
  ],
  unreadable: [
    '이 결제의 다른 취소 기록을 읽을 수 없습니다. 개발팀이 기록을 고친 뒤 다시 시도해 주세요.',
    'The record of another refund of this payment cannot be read. Have your developers mend it, then try again.',
  ],
};

const HTTP: Readonly<Record<number, Words>> = {
  400: [
    '읽을 수 없는 글자가 있습니다. 지우고 다시 보내 주세요.',
    'It has letters that cannot be read. Remove them, and send it again.',
  ],
  403: ['다른 사이트에서 보낸 요청이라 받지 않았습니다.', 'This came from another site, so nothing was done.'],
  404: ['페이지나 주문을 찾을 수 없습니다. 주소를 확인해 주세요.', 'There is no such page or order. Check the address.'],
  429: ['너무 여러 번 시도했습니다. 1분 뒤 다시 시도해 주세요.', 'Too many tries. Try again in a minute.'],
  413: ['보낸 내용이 너무 큽니다. 파일은 5 MB까지입니다.', 'That is too much at once. 5 MB is the most for a file.'],
};
