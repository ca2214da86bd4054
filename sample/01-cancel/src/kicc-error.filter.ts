import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { KiccError, KiccValidationError } from 'nestjs-kicc';

/** What a call throws means that nothing was sent; the error says why, and holds nothing secret. */
@Catch(KiccError)
export class KiccErrorFilter implements ExceptionFilter<KiccError> {
  catch(error: KiccError, host: ArgumentsHost): void {
    const status = error instanceof KiccValidationError ? HttpStatus.BAD_REQUEST : HttpStatus.CONFLICT;
    host.switchToHttp().getResponse<Response>().status(status).json(error);
  }
}
