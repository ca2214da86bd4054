import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatedEffect, SimulatedFault, SimulatedProblem } from '../../lib/testing/index.js';

/** The sample shop, as `npm run build -- shop` built it, with its simulators, as a newcomer starts it. */
export class ShopProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Of the shop. */
    readonly url: string,
    /** Of its simulator. */
    readonly kicc: string,
    private readonly told: () => string,
  ) {}

  /** What it has printed so far. */
  get log(): string {
    return this.told();
  }

  /** @param environment `DATABASE_URL` for another engine than SQLite, `REDIS_URL`. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ShopProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'kicc-shop-'));
    const child = spawn(process.execPath, ['build/shop/main.js'], {
      env: { ...process.env, PORT: '0', DATABASE_URL: join(folder, 'shop.sqlite'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    const [url, kicc] = await new Promise<[string, string]>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        told += String(chunk);
        const [shop, simulator] = [/shop\s+(http:\S+)/.exec(told)?.[1], /KICC\s+(http:\S+)/.exec(told)?.[1]];
        if (shop !== undefined && simulator !== undefined) resolve([shop, simulator]);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (code) => reject(new Error(`The shop ended (${code}):\n${told}`)));
    });
    return new ShopProcess(child, folder, url, kicc, () => told);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
    rmSync(this.folder, { recursive: true });
  }

  async inject(fault: SimulatedFault): Promise<void> {
    await this.control('POST', 'inject', fault);
  }

  async clearFaults(): Promise<void> {
    await this.control('DELETE', 'faults');
  }

  /** Where KICC's notifications go: to the shop as from its start, or nowhere. */
  async notify(to: 'shop' | 'nobody'): Promise<void> {
    await this.control('POST', 'notify', to === 'shop' ? { url: `${this.url}/kicc/notifications` } : {});
  }

  /** Somebody cancels a part of a payment in KICC's merchant console. */
  async cancelInMerchantConsole(pgCno: string, amount: number): Promise<void> {
    await this.control('POST', 'console-cancel', { pgCno, amount });
  }

  /** The bank sends back what a refund has paid out. */
  async bounce(cancelPgCno: string): Promise<void> {
    await this.control('POST', 'bounce', { cancelPgCno });
  }

  /** What happened to the money, of one payment or of all. Past refunds of the seed were made in KICC's console. */
  async effects(pgCno?: string): Promise<readonly SimulatedEffect[]> {
    const all = (await this.control('GET', 'effects')) as SimulatedEffect[];
    return all.filter((effect) => (pgCno === undefined ? effect.shopTransactionId.startsWith('R') : effect.pgCno === pgCno));
  }

  /** What a strict KICC would refuse. */
  async problems(): Promise<readonly SimulatedProblem[]> {
    return (await this.control('GET', 'problems')) as SimulatedProblem[];
  }

  async requests(): Promise<readonly { readonly path: string; readonly body: Record<string, unknown> }[]> {
    return (await this.control('GET', 'requests')) as never;
  }

  private async control(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(
      `${this.kicc}/simulator/${path}`,
      body ? { method, headers, body: JSON.stringify(body) } : { method },
    );
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }
}

/** Looks until something is as it should be, for so long at most. */
export async function eventually<T>(
  look: () => Promise<T>,
  isRight: (seen: T) => boolean,
  forMs = 30_000,
  everyMs = 200,
): Promise<T> {
  let seen = await look();
  for (let looks = 0; !isRight(seen) && looks < forMs / everyMs; looks++) {
    await pause(everyMs);
    seen = await look();
  }
  return seen;
}
