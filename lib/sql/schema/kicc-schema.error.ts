import { KiccError } from '../../protocol/kicc-error.js';

/** The tables could not be brought to a version, or are such as this library does not know. It says what to do. */
export class KiccSchemaError extends KiccError {
  static readonly code = 'KICC_SCHEMA';
  readonly code = KiccSchemaError.code;
}
