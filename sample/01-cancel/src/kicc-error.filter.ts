import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import {
  BulkNotFoundError,
  KiccError,
  KiccValidationError,
  PaymentBusyError,
  ReviseJournalError,
  RevisionNotFoundError,
} from 'nestjs-kicc';

/**
 * What a call throws means that nothing was sent by it; the error says why, and holds nothing secret. A payment that waits for
 * the review of a refusal says when to ask again.
 */
@Catch(KiccError)
export class KiccErrorFilter implements ExceptionFilter<KiccError> {
  catch(error: KiccError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (error instanceof PaymentBusyError && error.until) {
      response.setHeader('Retry-After', Math.max(1, Math.ceil((error.until.getTime() - Date.now()) / 1_000)));
    }
    response.status(statusOf(error)).json(error);
  }
}

function statusOf(error: KiccError): HttpStatus {
  if (error instanceof KiccValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof RevisionNotFoundError || error instanceof BulkNotFoundError) return HttpStatus.NOT_FOUND;
  // Our own database is in trouble. The same request may be repeated, under the same id.
  if (error instanceof ReviseJournalError) return HttpStatus.SERVICE_UNAVAILABLE;
  return HttpStatus.CONFLICT;
}
