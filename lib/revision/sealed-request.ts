import { violation } from '../protocol/check-fields.js';
import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { masked, personalDataOf, unmasked } from '../protocol/personal-data.js';
import { PersonalDataCipher, type PersonalDataKey } from '../protocol/personal-data-cipher.js';

/** A request as it is kept: its personal data masked, and encrypted beside it. */
export interface SealedRequest {
  readonly request: CheckedReviseRequest;
  /** Only where the request tells of persons. */
  readonly sealed?: string | undefined;
}

/** Takes personal data out of what is kept, and brings it back for what is sent. */
export class RequestSeal {
  readonly #cipher: PersonalDataCipher | undefined;

  /** @param durable whether what is kept outlives the process, so that a key of the process's own would be lost before it. */
  constructor(keys: readonly PersonalDataKey[], durable: boolean) {
    this.#cipher = keys.length > 0 || !durable ? new PersonalDataCipher(keys) : undefined;
  }

  /** @throws {KiccValidationError} if there is personal data, and no key for it. */
  seal(request: CheckedReviseRequest): SealedRequest {
    const personal = personalDataOf(request);
    if (!personal) return { request };
    if (!this.#cipher) throw new KiccValidationError(Object.keys(personal).map(withoutKey));
    return { request: masked(request), sealed: this.#cipher.seal(personal, ownerOf(request)) };
  }

  /** The request as it was given; `undefined` if its key is gone. */
  open({ request, sealed }: SealedRequest): CheckedReviseRequest | undefined {
    if (sealed === undefined) return request;
    try {
      const personal = this.#cipher?.open(sealed, ownerOf(request));
      return personal && unmasked(request, personal);
    } catch {
      return undefined;
    }
  }
}

function ownerOf({ mallId, shopTransactionId }: CheckedReviseRequest): string {
  return `${mallId}|${shopTransactionId}`;
}

function withoutKey(field: string) {
  const remedy =
    "Set personalDataKeys: [{ id: 'k1', key }] in the module's options, with a key of 32 bytes in base64 (openssl rand -base64 32)" +
    (field.startsWith('refundInfo') ? '.' : ', or leave it out.');
  return violation(field, 'personalDataKey', 'is personal data, and there is no key to encrypt it in the journal.', remedy);
}
