import { BadRequestException, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import { cookieOf, pageContextOf, type PageRequest } from '../web/page.js';
import { SESSION_COOKIE, SessionsService } from './sessions.service.js';

/** Finds out whose request it is, for guards, pages and errors. */
@Injectable()
export class PageMiddleware implements NestMiddleware {
  constructor(private readonly sessions: SessionsService) {}

  async use(request: PageRequest, response: Response, next: NextFunction): Promise<void> {
    // What was typed is there again on the way back, and a page of yesterday is asked for anew.
    response.setHeader('cache-control', 'private, no-cache');
    // No text of a shop's has it, and PostgreSQL takes none that does.
    if (/%00|\\u0000/.test(request.originalUrl + JSON.stringify(request.body ?? ''))) throw new BadRequestException();
    request.page = pageContextOf(request, await this.sessions.staffOf(cookieOf(request, SESSION_COOKIE)));
    next();
  }
}
