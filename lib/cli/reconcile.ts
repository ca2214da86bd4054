import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { timers } from '../real-time.js';
import type { ReconcileResult } from '../revise/lost-revisions.js';
import { ReviseRecovery } from '../revise/revise-recovery.js';
import { withApp, withJournal } from './command-app.js';
import { COMMON_OPTIONS, readSettings } from './kicc-settings-source.js';
import { EXIT, printJson, readWait, UsageError, type KiccTerminal } from './kicc-terminal.js';
import { readRefundFile, type FaultyRow, type RefundRow } from './refund-file.js';
import { columns } from './revision-text.js';

/** What is said of a row. */
interface ToldRow {
  readonly row: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly result: ReconcileResult;
  readonly status?: string | undefined;
  readonly cancelPgCno?: string | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** Results after which nothing is left to ask. */
const ANSWERED: readonly ReconcileResult[] = ['proved', 'known', 'nothing'];
/** Between two looks at refunds whose payment is busy, at most, ms. */
const PAUSE_MS = 5_000;

/** What is said at the end of results, of those that leave something to be done. */
const ADVICE: Readonly<Record<ReconcileResult, string | undefined>> = {
  proved: 'Proved: what KICC told waits in the journal; your app settles it, with its handlers, when it looks the next time.',
  known: undefined,
  nothing:
    'Nothing: KICC shows no such change for today or yesterday in Korea, and can tell of no other day. Look older ones up in the ' +
    'merchant console; those of the last two days can be asked for again, under the same id.',
  busy: 'Busy: another change of the payment is not over. Run this again when it is.',
  refused: 'Refused: correct these rows, and run this again.',
  unanswered: 'Unanswered: run this again, and until then do not refund these anew.',
};
const RESULTS = Object.keys(ADVICE) as readonly ReconcileResult[];

/**
 * Holds the refunds that a file names against the journal in `DATABASE_URL` and KICC's status query. Sends and settles nothing:
 * what KICC proves is left in the journal, due, for the app that has the handlers.
 */
export async function reconcile(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const options = {
    ...COMMON_OPTIONS,
    malls: { type: 'string', default: '' },
    wait: { type: 'string', default: '60' },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageError('reconcile: give one file, .csv or .json.');
  const waitMs = readWait(values.wait);
  const rows = readRefundFile(path);
  const source = readSettings(values, terminal);
  // Nothing is sent, so their keys are not needed.
  const malls = values.malls.split(',').filter((mallId) => mallId !== '' && mallId !== source.module.mallId);
  const settings = { malls: malls.map((mallId) => ({ mallId, signer: NO_SIGNER })) };
  const told = await withJournal(source, terminal, (connection) =>
    withApp(source, connection, terminal, settings, (app) => ask(app.get(ReviseRecovery), rows, waitMs, terminal)),
  );
  const counts = Object.fromEntries(RESULTS.map((name) => [name, told.filter(({ result }) => result === name).length]));
  if (values.json) printJson(terminal, { counts, rows: told });
  else print(told, counts, terminal);
  return told.every(({ result }) => ANSWERED.includes(result)) ? EXIT.ok : EXIT.failed;
}

const NO_SIGNER = {
  sign: (): never => {
    throw new Error('Nothing is sent from here.');
  },
};

/** Asks about each row; about those whose payment is busy again for a while, as the app may settle what was found before. */
async function ask(
  recovery: ReviseRecovery,
  rows: readonly (RefundRow | FaultyRow)[],
  waitMs: number,
  terminal: KiccTerminal,
): Promise<ToldRow[]> {
  const told = new Map<number, ToldRow>();
  const progress = new Progress(rows.length, terminal);
  let asked: RefundRow[] = [];
  for (const one of rows) {
    if (!('fault' in one)) asked.push(one);
    else told.set(one.row, { row: one.row, mallId: '', shopTransactionId: '', result: 'refused', error: noRow(one.fault) });
  }
  const until = timers.performance.now() + waitMs;
  for (;;) {
    const requests = asked.map(({ request }) => request);
    for await (const { row: place, revision, ...rest } of recovery.reconcile(requests, { settle: false })) {
      const row = asked[place]?.row ?? 0;
      const { error } = rest;
      told.set(row, {
        row,
        mallId: rest.mallId,
        shopTransactionId: rest.shopTransactionId,
        result: rest.result,
        status: revision?.status,
        cancelPgCno: revision?.response?.cancelPgCno,
        error: error && { code: error.code, message: error.message.replace(/\s*\n\s*/g, ' ') },
      });
      progress.tell(told.size);
    }
    asked = asked.filter(({ row }) => told.get(row)?.result === 'busy');
    if (asked.length === 0 || timers.performance.now() >= until) break;
    await delay(Math.min(PAUSE_MS, waitMs / 4));
  }
  progress.end();
  return rows.flatMap(({ row }) => told.get(row) ?? []);
}

function noRow(message: string) {
  return { code: 'KICC_VALIDATION', message };
}

function print(told: readonly ToldRow[], counts: Readonly<Record<string, number>>, terminal: KiccTerminal): void {
  const lines = told.map(({ row, mallId, shopTransactionId, result, status = '-', error }) => {
    return [String(row), mallId || '-', shopTransactionId || '-', result, status, error?.message ?? ''];
  });
  if (lines.length > 0) terminal.out(columns([['ROW', 'MALL', 'SHOPTRANSACTIONID', 'RESULT', 'STATUS', ''], ...lines]));
  const met = RESULTS.filter((name) => counts[name]);
  const sum = met.map((name) => `${counts[name]} ${name}`).join(', ');
  terminal.out(`\n${told.length} ${told.length === 1 ? 'refund' : 'refunds'}${sum && `: ${sum}`}.\n`);
  for (const name of met) if (ADVICE[name]) terminal.out(`${ADVICE[name]}\n`);
}

/** A line that counts on a terminal, a line at each tenth elsewhere. */
class Progress {
  #shownTenth = 0;

  constructor(
    private readonly total: number,
    private readonly terminal: KiccTerminal,
  ) {}

  tell(done: number): void {
    const text = `${done} of ${this.total}`;
    const tenth = Math.floor((done / this.total) * 10);
    if (this.terminal.isTTY) this.terminal.err(`\rkicc: ${text} `);
    else if (tenth > this.#shownTenth) this.terminal.err(`kicc: ${text}\n`);
    this.#shownTenth = Math.max(this.#shownTenth, tenth);
  }

  end(): void {
    if (this.terminal.isTTY) this.terminal.err(`\r${' '.repeat(40)}\r`);
  }
}
