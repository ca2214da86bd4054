import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

export type Language = 'ko' | 'en';

/** What is said in either language. */
export type Words = readonly [korean: string, english: string];

/** What every page needs to know of the request that it answers. */
export interface PageContext {
  readonly language: Language;
  /** Picks the words of the page's language. */
  readonly say: (...words: Words) => string;
  /** Who is signed in to the back office. */
  readonly staff: string | undefined;
  /** Path and query, to come back to. */
  readonly url: string;
  /** Whether it answers a form, so that what was typed would be lost by going elsewhere. */
  readonly isAnswer: boolean;
  /** Whether KICC is the simulator, so that the fault lab works. */
  readonly simulated: boolean;
}

export type PageRequest = Request & { page?: PageContext };

export const LANGUAGE_COOKIE = 'lang';

/** The context of a request, once it is known whose it is. */
export function pageContextOf(request: Request, staff?: string): PageContext {
  const language = cookieOf(request, LANGUAGE_COOKIE) === 'en' ? 'en' : 'ko';
  return {
    language,
    say: (korean, english) => (language === 'ko' ? korean : english),
    staff,
    url: request.originalUrl,
    isAnswer: request.method === 'POST',
    simulated: process.env['KICC_SIMULATOR_URL'] !== undefined,
  };
}

export function cookieOf({ headers }: Request, name: string): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1];
}

/** The {@link PageContext} of a request, as a parameter of a controller's method. */
export const Page = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<PageRequest>().page,
);
