import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import {
  BulkNotFoundError,
  KiccError,
  KiccValidationError,
  PaymentBusyError,
  ReviseJournalError,
  RevisionNotFoundError,
} from 'nestjs-kicc';

/** What is used of a response of Express, or a reply of Fastify. */
interface HttpReply {
  status(code: number): HttpReply;
  header(name: string, value: string): HttpReply;
  send(body: object): unknown;
}

/**
 * What a call throws means that nothing was sent by it; the error says why, and holds nothing secret. A payment that waits for
 * the review of a refusal says when to ask again.
 */
@Catch(KiccError)
export class KiccErrorFilter implements ExceptionFilter<KiccError> {
  catch(error: KiccError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<HttpReply>();
    if (error instanceof PaymentBusyError && error.until) {
      const seconds = Math.ceil((error.until.getTime() - Date.now()) / 1_000);
      reply.header('Retry-After', String(Math.max(1, seconds)));
    }
    reply.status(statusOf(error)).send(error.toJSON());
  }
}

function statusOf(error: KiccError): HttpStatus {
  if (error instanceof KiccValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof RevisionNotFoundError || error instanceof BulkNotFoundError) return HttpStatus.NOT_FOUND;
  // Our own database is in trouble. The same request may be repeated, under the same id.
  if (error instanceof ReviseJournalError) return HttpStatus.SERVICE_UNAVAILABLE;
  return HttpStatus.CONFLICT;
}
