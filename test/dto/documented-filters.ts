import {
  BadRequestException,
  Catch,
  HttpException,
  HttpStatus,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { throwError } from 'rxjs';
import {
  BulkNotFoundError,
  KiccError,
  KiccValidationError,
  ReviseJournalError,
  RevisionNotFoundError,
} from '../../lib/index.js';

// What follows is what the documents show, and shops copy: kicc-filters.spec.ts holds the one against the other.

interface HttpReply {
  status(code: number): HttpReply;
  send(body: object): unknown;
}

@Catch(KiccError)
export class KiccErrorFilter implements ExceptionFilter<KiccError> {
  catch(error: KiccError, host: ArgumentsHost): void {
    // Express and Fastify have this alike.
    host.switchToHttp().getResponse<HttpReply>().status(statusOf(error)).send(error.toJSON());
  }
}

function statusOf(error: KiccError): HttpStatus {
  if (error instanceof KiccValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof RevisionNotFoundError || error instanceof BulkNotFoundError) return HttpStatus.NOT_FOUND;
  if (error instanceof ReviseJournalError) return HttpStatus.SERVICE_UNAVAILABLE;
  return HttpStatus.CONFLICT;
}

@Catch(KiccError, BadRequestException)
export class KiccMessageFilter implements ExceptionFilter<KiccError | BadRequestException> {
  catch(error: KiccError | BadRequestException, host: ArgumentsHost): unknown {
    const told = error instanceof KiccError ? new HttpException(error.toJSON(), statusOf(error)) : error;
    // GraphQL takes what a filter returns for the error.
    return host.getType<string>() === 'rpc' ? throwError(() => told.getResponse()) : told;
  }
}
