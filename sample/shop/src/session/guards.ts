import { ForbiddenException, Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { PageRequest } from '../web/page.js';

/** Lets staff in alone; everybody else is shown the sign-in page. */
@Injectable()
export class BackOfficeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<PageRequest>().page?.staff !== undefined) return true;
    throw new UnauthorizedException('Sign in first.');
  }
}

/**
 * Lets no other site's page change anything in the name of who is signed in here. A browser says where a form comes from by
 * itself, so a form needs no token, and none that is too old. What is no browser says nothing, and has no one's cookie.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<Request>();
    if (method === 'GET' || method === 'HEAD') return true;
    const { origin, host } = headers;
    const site = headers['sec-fetch-site'];
    const isOurs =
      site === undefined
        ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
        : site === 'same-origin' || site === 'none';
    if (isOurs) return true;
    throw new ForbiddenException('This form comes from another site.');
  }
}
