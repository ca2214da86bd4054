import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a form may do, and who with it. */
export interface Decision {
  /** Whose secret the token stands on. */
  readonly mallId: string | undefined;
  /** Who was shown the form. */
  readonly actor: string;
  /** What is decided about: a revision or a bulk, and the state that was shown. */
  readonly subject: readonly (string | number)[];
}

/**
 * Tokens of the console's forms: another site cannot make one, and one that was shown to somebody is nobody else's, and of no other
 * state. There is no session: every instance that knows the mall's key takes what another one gave out.
 */
export class DecisionTokens {
  /** @param secretOf a mall's secret key, or the module's own. */
  constructor(private readonly secretOf: (mallId: string | undefined) => string) {}

  issue({ mallId, actor, subject }: Decision): string {
    const key = Buffer.from(hkdfSync('sha256', this.secretOf(mallId), '', 'nestjs-kicc console', 32));
    return createHmac('sha256', key)
      .update(JSON.stringify([actor, subject]))
      .digest('base64url');
  }

  matches(given: string | null, decision: Decision): boolean {
    const [one, other] = [Buffer.from(given ?? ''), Buffer.from(this.issue(decision))];
    return one.length === other.length && timingSafeEqual(one, other);
  }
}
