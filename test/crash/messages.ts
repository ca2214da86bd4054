import type { DataSourceOptions } from 'typeorm';
import type { Client } from './client.js';

/** What the processes of a crash test are told. */
export interface ProcessSettings {
  /** How far their clock is ahead of the machine's, ms. */
  readonly ahead: number;
  readonly seed: number;
}

export interface ShopSettings extends ProcessSettings {
  readonly kiccUrl: string;
  readonly database: DataSourceOptions;
  /** Absent: TypeORM. */
  readonly client?: Client;
  /** Time limit of one attempt, ms. */
  readonly timeoutMs: number;
  /** Carries recovery and bulks by this Redis. */
  readonly redis?: { readonly host: string; readonly port: number } | undefined;
}

/** How a shop's process is to make a refund. */
export type Way =
  /** By one call. */
  | 'call'
  /** Together with an order, in a transaction of the shop's. */
  | 'record'
  /** The same, and to die right after the commit. */
  | 'record-and-die'
  /** In a transaction that is rolled back. */
  | 'roll-back';

export interface RefundOrder {
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly amount: number;
  readonly way: Way;
}

export const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };

/** A question to a process; what it does is named by `ask`. */
export interface Question {
  readonly number: number;
  readonly ask: string;
  readonly with?: unknown;
}

export interface Answer {
  readonly number: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Answers questions of the parent process for as long as it is there. */
export function answerParent(answers: Readonly<Record<string, (given: never) => unknown>>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (question: Question) => {
    const reply = (answer: Omit<Answer, 'number'>): void => {
      process.send?.({ number: question.number, ...answer }, undefined, undefined, () => undefined);
    };
    Promise.resolve()
      .then(() => answers[question.ask]?.(question.with as never))
      .then(
        (result) => reply({ result }),
        (error: unknown) => reply({ error: error instanceof Error ? error.name : String(error) }),
      );
  });
}

/** The settings of this process, as its parent gave them. */
export function settingsOf<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}
