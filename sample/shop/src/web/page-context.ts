import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { ShopSession } from '../session/shop-session.js';

export type Language = 'ko' | 'en';

/** What every page needs to know of the request that it answers. */
export interface PageContext {
  readonly language: Language;
  /** Picks the words of the page's language. */
  readonly say: (korean: string, english: string) => string;
  /** Who is signed in to the back office. */
  readonly staff: string | undefined;
  /** To be sent along with every form. */
  readonly csrf: string;
  /** Path and query, to come back to. */
  readonly url: string;
  /** Whether KICC is the simulator, so that the fault lab works. */
  readonly simulated: boolean;
}

export const LANGUAGE_COOKIE = 'lang';

export function pageContextOf(request: Request): PageContext {
  const session = (request.session ?? {}) as ShopSession;
  const language = /(?:^|;\s*)lang=en(?:;|$)/.test(request.headers.cookie ?? '') ? 'en' : 'ko';
  return {
    language,
    say: (korean, english) => (language === 'ko' ? korean : english),
    staff: session.staff,
    csrf: session.csrf ?? '',
    url: request.originalUrl,
    simulated: process.env['KICC_SIMULATOR_URL'] !== undefined,
  };
}

/** The {@link PageContext} of a request, as a parameter of a controller's method. */
export const Page = createParamDecorator((_: unknown, context: ExecutionContext) =>
  pageContextOf(context.switchToHttp().getRequest<Request>()),
);
