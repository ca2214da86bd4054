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
  readonly #secretKeyOf: (mallId: string | undefined) => string | undefined;

  /** @param secretKeys secret key by mall, the first mall being the default; or what gives the key to sign with just then. */
  constructor(
    secretKeys: Iterable<readonly [mallId: string, secretKey: string]> | ((mallId: string | undefined) => string | undefined),
  ) {
    if (typeof secretKeys === 'function') {
      this.#secretKeyOf = secretKeys;
      return;
    }
    const known = new Map(secretKeys);
    const [defaultMallId = ''] = known.keys();
    this.#secretKeyOf = (mallId = defaultMallId) => known.get(mallId);
  }

  /**
   * `msgAuthValue` of a revise request: HMAC-SHA256 of `pgCno|shopTransactionId`, 64 characters of lower-case hex.
   * @throws {RangeError} if there is no key for the mall.
   */
  sign({ mallId, ...fields }: SignerInput): string {
    const secretKey = this.#secretKeyOf(mallId);
    if (secretKey === undefined) throw new RangeError('There is no secret key for this mall.');
    return messageAuthValue(secretKey, fields);
  }
}
