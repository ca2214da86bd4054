import type { LoggerService } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { KiccModule, type KiccMall, type KiccModuleExtras, type KiccModuleOptions } from '../../lib/index.js';
import { RetrieveTransactionService, ReviseRecovery, RevisePaymentService } from '../../lib/index.js';
import { KiccSimulator, type SimulatedRequest, type SimulatorProfile } from '../../lib/testing/index.js';

export const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };
/** 00:30 on the 2nd of March in Korea, still the 1st in Europe and America. */
export const AFTER_MIDNIGHT_KST = new Date('2026-03-01T15:30:00Z');
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A Nest app with the module, and a KICC for it, on one clock. */
export interface Shop {
  readonly app: TestingModule;
  readonly payments: RevisePaymentService;
  readonly query: RetrieveTransactionService;
  readonly recovery: ReviseRecovery;
  readonly kicc: KiccSimulator;
  readonly clock: Clock;
  /** Moves both clocks. */
  setTime(now: Date): void;
  /** Moves both clocks on, ms. */
  pass(ms: number): void;
  /** Everything that was logged, at every level. */
  readonly log: string[];
  /** What was logged as an error. */
  readonly errors: string[];
  /** Closes the app, once; its KICC goes on. */
  close(): Promise<void>;
  /** Closes the app, and its KICC unless that is another shop's. */
  stop(): Promise<void>;
}

export interface Clock {
  at: Date;
}

/** What a shop stands in. */
export interface Surroundings {
  /** Another process: the KICC and the clock are that shop's. Give both one journal where they are to share it. */
  readonly beside?: Shop;
  readonly profile?: SimulatorProfile;
  /** The malls that KICC knows. */
  readonly malls?: readonly KiccMall[];
}

export async function openShop(
  options: Partial<KiccModuleOptions> = {},
  extras: KiccModuleExtras = {},
  { beside, profile = {}, malls = [MALL] }: Surroundings = {},
): Promise<Shop> {
  const clock = beside?.clock ?? { at: AFTER_MIDNIGHT_KST };
  const now = (): Date => clock.at;
  const kicc = beside?.kicc ?? (await KiccSimulator.start({ malls, now, profile }));
  const leaveKicc = async (): Promise<void> => {
    if (!beside) await kicc.stop();
  };
  const { logger, log, errors } = recordLog();
  const retry = { maxAttempts: 3, baseDelayMs: 0 };
  // What a call finds out by itself; tests of what comes after, and of reviews, say so.
  const settlement = { reviewMs: 0, ...(options.settlement ?? { waitMs: 0, sweepEveryMs: false }) } as const;
  const app = await Test.createTestingModule({
    imports: [
      KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...MALL, now, retry, ...options, settlement, ...extras }),
    ],
  })
    .setLogger(logger)
    .compile()
    .catch(async (reason: unknown) => {
      await leaveKicc();
      throw reason;
    });
  app.useLogger(logger);
  await app.init();
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= app.close());
  return {
    app,
    payments: app.get(RevisePaymentService),
    query: app.get(RetrieveTransactionService),
    recovery: app.get(ReviseRecovery),
    kicc,
    clock,
    setTime: (next) => (clock.at = next),
    pass: (ms) => (clock.at = new Date(clock.at.getTime() + ms)),
    log,
    errors,
    close,
    stop: async () => {
      await close();
      await leaveKicc();
    },
  };
}

/** A logger that only remembers: everything, and what was an error. */
export function recordLog(): { readonly logger: LoggerService; readonly log: string[]; readonly errors: string[] } {
  const log: string[] = [];
  const errors: string[] = [];
  const write = (...parts: unknown[]): void => void log.push(parts.map(String).join(' '));
  const error = (...parts: unknown[]): void => {
    write(...parts);
    errors.push(parts.map(String).join(' '));
  };
  return { logger: { log: write, error, warn: write, debug: write, verbose: write, fatal: error }, log, errors };
}

/** Waits for what comes in real time (a request on its way, a fault that takes long). Bounded. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  for (let tries = 0; tries < 1_500; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Waited in vain until ${what} came.`);
}

export type Body = Record<string, unknown>;

/** The bodies of the revise requests that arrived, in order. */
export function sent({ kicc }: Pick<Shop, 'kicc'>): Body[] {
  return bodiesTo(kicc, '/api/trades/revise');
}

/** The bodies of the status queries that arrived, in order. */
export function asked({ kicc }: Pick<Shop, 'kicc'>): Body[] {
  return bodiesTo(kicc, '/api/trades/retrieveTransaction');
}

function bodiesTo(kicc: KiccSimulator, path: string): Body[] {
  return kicc
    .requests()
    .filter((request: SimulatedRequest) => request.path === path)
    .map(({ body }) => body as Body);
}
