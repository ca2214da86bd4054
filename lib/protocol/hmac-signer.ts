import { messageAuthValue, type SignedFields } from './message-auth.js';

/** What a signer is given: what KICC wants signed, and for which mall. */
export interface SignerInput extends SignedFields {
  /** Leave it out for the module's own `mallId`. */
  readonly mallId?: string;
}

/**
 * What may stand in for {@link HmacSigner}: also something that answers later, as a key vault or an HSM does.
 * It gives `msgAuthValue` in lower-case hex. If it fails, nothing is sent and the attempt counts as undelivered.
 */
export interface ReviseSigner {
  sign(input: SignerInput): string | Promise<string>;
}

/**
 * Signs revise requests with the secret key of the mall. Injectable; the token under which a signer of your own is
 * provided (`signer` in `KiccModule.forRootAsync`).
 */
export class HmacSigner implements ReviseSigner {
  readonly #secretKeys: ReadonlyMap<string, string>;
  readonly #defaultMallId: string;

  /** @param secretKeys secret key by mall; the first mall is the default. */
  constructor(secretKeys: Iterable<readonly [mallId: string, secretKey: string]>) {
    this.#secretKeys = new Map(secretKeys);
    this.#defaultMallId = [...this.#secretKeys.keys()][0] ?? '';
  }

  /**
   * `msgAuthValue` of a revise request: HMAC-SHA256 of `pgCno|shopTransactionId`, 64 characters of lower-case hex.
   * @throws {RangeError} if there is no key for the mall.
   */
  sign({ mallId = this.#defaultMallId, ...fields }: SignerInput): string {
    const secretKey = this.#secretKeys.get(mallId);
    if (secretKey === undefined) throw new RangeError('There is no secret key for this mall.');
    return messageAuthValue(secretKey, fields);
  }
}
