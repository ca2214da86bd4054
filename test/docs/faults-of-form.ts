import { koreanViolation, type KiccValidationError, type Violation } from '../../lib/index.js';

/** What the form calls KICC's fields. */
const NAMES: Readonly<Record<string, string>> = { shopTransactionId: 'refundId', 'taxInfo.vatAmount': 'vat' };

export const faultsOfForm = ({ violations }: KiccValidationError): Violation[] =>
  violations.map((fault) => ({ ...koreanViolation(fault), field: NAMES[fault.field] ?? fault.field }));
