import type { LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { KiccModule, type KiccModuleExtras, type KiccModuleOptions } from '../../lib/index.js';
import { RetrieveTransactionService, RevisePaymentService } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';

export const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };
/** 00:30 on the 2nd of March in Korea, still the 1st in Europe and America. */
export const AFTER_MIDNIGHT_KST = new Date('2026-03-01T15:30:00Z');

/** A Nest app with the module, and a KICC for it, on one clock. */
export interface Shop {
  readonly payments: RevisePaymentService;
  readonly query: RetrieveTransactionService;
  readonly kicc: KiccSimulator;
  /** Moves both clocks. */
  setTime(now: Date): void;
  /** Everything that was logged, at every level. */
  readonly log: string[];
  stop(): Promise<void>;
}

export async function openShop(options: Partial<KiccModuleOptions> = {}, extras: KiccModuleExtras = {}): Promise<Shop> {
  let time = AFTER_MIDNIGHT_KST;
  const now = (): Date => time;
  const kicc = await KiccSimulator.start({ malls: [MALL], now });
  const log: string[] = [];
  const write = (...parts: unknown[]): void => void log.push(parts.map(String).join(' '));
  const logger: LoggerService = { log: write, error: write, warn: write, debug: write, verbose: write, fatal: write };
  const retry = { maxAttempts: 3, baseDelayMs: 0 };
  // What a call finds out by itself; tests of what comes after say so.
  const settlement = { waitMs: 0, sweepEveryMs: false } as const;
  const app = await Test.createTestingModule({
    imports: [KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...MALL, now, retry, settlement, ...options, ...extras })],
  })
    .setLogger(logger)
    .compile()
    .catch(async (error: unknown) => {
      await kicc.stop();
      throw error;
    });
  app.useLogger(logger);
  await app.init();
  return {
    payments: app.get(RevisePaymentService),
    query: app.get(RetrieveTransactionService),
    kicc,
    setTime: (next) => (time = next),
    log,
    stop: async () => {
      await app.close();
      await kicc.stop();
    },
  };
}
