import { timingSafeEqual } from 'node:crypto';
import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { CONSOLE_PATH } from '../web/console-link.js';
import type { ShopSession } from './shop-session.js';

const FIELD = '_csrf';
const HEADER = 'x-csrf-token';
/** KICC's notifications come without a session, and the console's forms carry tokens of its own: both are checked where they go. */
const CHECKED_ELSEWHERE = ['/kicc/notifications', `/${CONSOLE_PATH}`];

/** Lets a request that changes something pass only if it carries the token that this session's own pages carry. */
@Injectable()
export class CsrfGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.method === 'GET' || request.method === 'HEAD' || CHECKED_ELSEWHERE.includes(request.path)) return true;
    const body = (request.body ?? {}) as Record<string, unknown>;
    const given = body[FIELD] ?? request.headers[HEADER];
    delete body[FIELD];
    const { csrf } = request.session as ShopSession;
    if (typeof given === 'string' && csrf !== undefined && isSame(given, csrf)) return true;
    throw new ForbiddenException('The form is too old. Open the page anew, and send it again.');
  }
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
