import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { PageRequest } from '../web/page.js';

/** Lets staff in alone; everybody else is shown the sign-in page. */
@Injectable()
export class BackOfficeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<PageRequest>().page?.staff !== undefined) return true;
    throw new UnauthorizedException('Sign in first.');
  }
}
