import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { BulkNotFoundError, KiccError, KiccValidationError, ReviseJournalError, RevisionNotFoundError } from 'nestjs-kicc';

/** What a call throws means that nothing was sent by it; the error says why, and holds nothing secret. */
@Catch(KiccError)
export class KiccErrorFilter implements ExceptionFilter<KiccError> {
  catch(error: KiccError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(statusOf(error)).json(error);
  }
}

function statusOf(error: KiccError): HttpStatus {
  if (error instanceof KiccValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof RevisionNotFoundError || error instanceof BulkNotFoundError) return HttpStatus.NOT_FOUND;
  // Our own database is in trouble. The same request may be repeated, under the same id.
  if (error instanceof ReviseJournalError) return HttpStatus.SERVICE_UNAVAILABLE;
  return HttpStatus.CONFLICT;
}
