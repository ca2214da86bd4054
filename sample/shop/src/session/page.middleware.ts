import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import { ShopClock } from '../shop-clock.js';
import { cookieOf, pageContextOf, type PageRequest } from '../web/page-context.js';
import { SESSION_COOKIE, SessionsService } from './sessions.service.js';

/** Finds out whose request it is, for guards, pages and errors. */
@Injectable()
export class PageMiddleware implements NestMiddleware {
  constructor(
    private readonly sessions: SessionsService,
    private readonly clock: ShopClock,
  ) {}

  async use(request: PageRequest, response: Response, next: NextFunction): Promise<void> {
    // What was typed is there again on the way back, and a page of yesterday is asked for anew.
    response.setHeader('cache-control', 'private, no-cache');
    const now = this.clock.now();
    // There already where the database, which knows the session, fails.
    request.page = pageContextOf(request, undefined, now);
    request.page = pageContextOf(request, await this.sessions.staffOf(cookieOf(request, SESSION_COOKIE)), now);
    next();
  }
}
