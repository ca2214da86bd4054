import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { ShopSession } from './shop-session.js';

/** Somebody has to sign in first. */
export class SignInNeeded extends Error {
  constructor(readonly next: string) {
    super('Sign in first.');
  }
}

/** Lets staff in alone; everybody else is sent to the sign-in page. */
@Injectable()
export class BackOfficeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if ((request.session as ShopSession).staff) return true;
    throw new SignInNeeded(request.method === 'GET' ? request.originalUrl : '/admin');
  }
}
