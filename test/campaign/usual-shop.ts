import { firstValueFrom } from 'rxjs';
import { attemptTimeout } from '../../lib/gateway/attempt-timeout.js';
import { koreanDay } from '../../lib/protocol/korean-date.js';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';
import { TIMEOUT_MS } from './plan.js';
import { never, MALL, type Process, type World } from './world.js';
import type { Intent } from './plan.js';
import type { Shop, Told } from './shop.js';

/*
 * What people write today, read in public integrations: a few lines of HTTP, `0000` believed, everything else a failure.
 */

/**
 * - `no-retry`: one request.
 * - `new-key`: up to three, each under a new key.
 * - `same-key`: up to three under one key; the answer of a retry is believed.
 * - `same-key-query`: the same, and where it failed, the status query is asked once.
 */
export type Strategy = 'no-retry' | 'new-key' | 'same-key' | 'same-key-query';

const ATTEMPTS = 3;
const BETWEEN_MS = 1_000;

/** A refusal of KICC's, as against something that can be tried again. */
class Refused extends Error {}

export class UsualShop implements Shop {
  #serial = 0;

  constructor(
    private readonly world: World,
    private readonly strategy: Strategy,
  ) {}

  async refund(process: Process, intent: Intent, id: string): Promise<Told> {
    const { life } = process;
    const told = await this.attempts(process, intent, id);
    // A process that has died tells nobody anything.
    return process.alive && process.life === life ? told : never();
  }

  private async attempts(process: Process, intent: Intent, id: string): Promise<Told> {
    const attempts = this.strategy === 'no-retry' ? 1 : ATTEMPTS;
    const asked = koreanDay(process.now());
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (attempt > 1) await this.world.timeline.sleep(BETWEEN_MS);
      const key = this.strategy === 'new-key' ? `${id}-${++this.#serial}` : id;
      try {
        await this.revise(process, intent, key);
        return 'done';
      } catch (error) {
        if (error instanceof Refused) break;
      }
    }
    return this.strategy === 'same-key-query' && (await this.isFound(process, id, asked)) ? 'done' : 'failed';
  }

  private async revise(process: Process, { payment, change }: Intent, shopTransactionId: string): Promise<void> {
    const pgCno = this.world.pgCnos[payment]!;
    await this.post(process, '/api/trades/revise', {
      mallId: MALL.mallId,
      shopTransactionId,
      pgCno,
      ...change,
      cancelReqDate: koreanDay(process.now()),
      msgAuthValue: messageAuthValue(MALL.secretKey, { pgCno, shopTransactionId }),
    });
  }

  private async isFound(process: Process, shopTransactionId: string, transactionDate: string): Promise<boolean> {
    try {
      await this.post(process, '/api/trades/retrieveTransaction', { mallId: MALL.mallId, shopTransactionId, transactionDate });
      return true;
    } catch {
      return false;
    }
  }

  private async post(process: Process, path: string, body: object): Promise<void> {
    const request = { url: `https://kicc.invalid${path}`, body: JSON.stringify(body) };
    const { httpStatus, body: text } = await firstValueFrom(process.post(request).pipe(attemptTimeout(TIMEOUT_MS)));
    if (httpStatus !== 200) throw new Error(`HTTP ${httpStatus}`);
    const answer = JSON.parse(text) as { resCd?: string };
    if (answer.resCd !== '0000') throw new Refused(answer.resCd);
  }
}
