import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { timers } from '../real-time.js';
import { RevisePaymentService } from '../revise/revise-payment.service.js';
import { UnreadableRevisionError } from '../revision/revise.errors.js';
import { isLeased, isSettled, type Revision } from '../revision/revision.js';
import { REVISION_STATUSES } from '../sql/readable-row.js';
import type { RevisionQuery } from '../sql/revision-table.js';
import { withApp, withJournal } from './command-app.js';
import type { JournalConnection } from './journal-connection.js';
import { COMMON_OPTIONS, readSettings, type CommonOptions } from './kicc-settings-source.js';
import { CommandError, EXIT, printJson, readWait, UsageError, type KiccTerminal } from './kicc-terminal.js';
import { detailsOf, pageOf, summaryOf, tableOf } from './revision-text.js';

const STATUSES = ['open', ...Object.keys(REVISION_STATUSES), 'attention', 'all'];
const MOST_LISTED = 1_000;
/** How often the journal is looked at while the app is to take a step, ms. */
const POLL_MS = 200;

/** Lists, shows and settles revisions of the journal in `DATABASE_URL`. */
export async function revisions(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'list':
      return list(rest, terminal);
    case 'show':
      return show(rest, terminal);
    case 'settle':
      return settle(rest, terminal);
    case 'resolve':
      return resolve(rest, terminal);
    default:
      throw new UsageError('revisions: say list, show, settle or resolve.');
  }
}

async function list(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const options = {
    ...COMMON_OPTIONS,
    status: { type: 'string', default: 'open' },
    limit: { type: 'string', default: '50' },
  } as const;
  const { values } = parseArgs({ args: [...args], options, strict: true });
  const limit = Number(values.limit);
  if (!/^\d{1,4}$/.test(values.limit) || limit < 1 || limit > MOST_LISTED) {
    throw new UsageError(`--limit: give a whole number from 1 to ${MOST_LISTED}.`);
  }
  if (!STATUSES.includes(values.status)) throw new UsageError(`--status: give one of ${STATUSES.join(', ')}.`);
  const query: RevisionQuery = {
    ...(values.mall === undefined ? {} : { mallIds: [values.mall] }),
    ...(values.status === 'all' ? {} : { status: values.status as RevisionQuery['status'] }),
    // One more tells whether that is all.
    limit: limit + 1,
  };
  const source = readSettings({ ...values, mall: undefined }, terminal);
  const found = await withJournal(source, terminal, ({ journal }) => journal.list(query));
  const listed = found.slice(0, limit);
  if (values.json) {
    printJson(terminal, { revisions: listed.map(summaryOf), more: found.length > limit });
  } else if (listed.length === 0) {
    terminal.out('None.\n');
  } else {
    terminal.out(tableOf(listed));
    if (found.length > limit) terminal.out(`\nThere are more: raise --limit, ${limit} now.\n`);
  }
  return EXIT.ok;
}

async function show(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: COMMON_OPTIONS,
    strict: true,
    allowPositionals: true,
  });
  const shopTransactionId = onlyId(positionals, 'show');
  const source = readSettings({ ...values, mall: undefined }, terminal);
  const mallId = mallOf(values.mall ?? source.module.mallId);
  return withJournal(source, terminal, async ({ journal }) => {
    try {
      print(await existing(journal, mallId, shopTransactionId), values, terminal);
      return EXIT.ok;
    } catch (error) {
      if (error instanceof UnreadableRevisionError) print(error.revision, values, terminal);
      throw error;
    }
  });
}

async function settle(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const options = {
    ...COMMON_OPTIONS,
    'without-handlers': { type: 'boolean', default: false },
    wait: { type: 'string', default: '20' },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  const shopTransactionId = onlyId(positionals, 'settle');
  const waitMs = readWait(values.wait);
  const source = readSettings(values, terminal);
  const mallId = mallOf(source.module.mallId);
  return withJournal(source, terminal, async (connection) => {
    if (!values['without-handlers']) {
      const revision = await settleInTheApp(connection, mallId, shopTransactionId, waitMs);
      print(revision, values, terminal);
      if (isSettled(revision)) return EXIT.ok;
      const when = isLeased(revision, new Date())
        ? `when nobody is at work on it any more, at ${revision.leaseUntil?.toISOString()} at the latest`
        : 'when it looks the next time';
      terminal.err(
        `kicc: its outcome is not known yet. Your app takes it up ${when}; if nothing changes, see whether your app runs.\n`,
      );
      return EXIT.failed;
    }
    await existing(connection.journal, mallId, shopTransactionId);
    const { revision } = await withApp(source, connection, terminal, { settlement: { waitMs } }, (app) =>
      app.get(RevisePaymentService).settle(shopTransactionId, mallId),
    );
    print(revision, values, terminal);
    if (isSettled(revision)) return EXIT.ok;
    terminal.err('kicc: its outcome is not known yet; your app follows it. This is no failure: do not refund anew.\n');
    return EXIT.failed;
  });
}

async function resolve(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const options = {
    ...COMMON_OPTIONS,
    'without-handlers': { type: 'boolean', default: false },
    verdict: { type: 'string' },
    actor: { type: 'string' },
    reason: { type: 'string' },
    'version-seen': { type: 'string' },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  const shopTransactionId = onlyId(positionals, 'resolve');
  const { verdict, actor, reason } = values;
  if (verdict !== 'succeeded' && verdict !== 'declined') throw new UsageError('--verdict: give succeeded or declined.');
  if (!actor || !reason) throw new UsageError('--actor and --reason: say who decides, and on what grounds.');
  const seen = values['version-seen'];
  if (seen !== undefined && !/^[1-9]\d{0,8}$/.test(seen))
    throw new UsageError('--version-seen: give the version that show gave.');
  if (!values['without-handlers']) {
    throw new UsageError(
      'a verdict given here would not run the @OnRevisionSettled() handlers of your app, so your books would not hear of it. Call ' +
        `payments.resolve({ shopTransactionId, verdict, actor, reason, version }) inside your app, for example from its back office. Only if ` +
        'your app has no such handlers, or you correct your books by hand, add --without-handlers.',
    );
  }
  const source = readSettings(values, terminal);
  const mallId = mallOf(source.module.mallId);
  return withJournal(source, terminal, async (connection) => {
    const version = seen === undefined ? undefined : Number(seen);
    const revision = await withApp(source, connection, terminal, {}, (app) =>
      app.get(RevisePaymentService).resolve({ shopTransactionId, mallId, verdict, actor, reason, version }),
    );
    print(revision, values, terminal);
    return EXIT.ok;
  });
}

/**
 * Makes a revision due now, so that the app takes its next step, with its handlers, when it looks the next time; and watches
 * what comes of it for a while.
 */
async function settleInTheApp(
  { journal }: JournalConnection,
  mallId: string,
  shopTransactionId: string,
  waitMs: number,
): Promise<Revision> {
  const revision = await existing(journal, mallId, shopTransactionId);
  if (isSettled(revision)) return revision;
  const now = new Date();
  // Where somebody is at work on it, or comes between, the step is being taken.
  if (!isLeased(revision, now)) await journal.save({ ...revision, nextCheckAt: now, version: revision.version + 1 });
  const until = timers.performance.now() + waitMs;
  for (;;) {
    const held = await existing(journal, mallId, shopTransactionId);
    if (isSettled(held) || timers.performance.now() >= until) return held;
    await delay(POLL_MS);
  }
}

async function existing(journal: JournalConnection['journal'], mallId: string, shopTransactionId: string): Promise<Revision> {
  const revision = await journal.find(mallId, shopTransactionId);
  if (!revision) throw new CommandError(`the journal holds no revision ${shopTransactionId} of mall ${mallId}.`);
  return revision;
}

function onlyId(positionals: readonly string[], command: string): string {
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new UsageError(`revisions ${command}: give one shopTransactionId.`);
  return id;
}

function mallOf(mallId: string | undefined): string {
  if (mallId === undefined) throw new UsageError('which mall? Set KICC_MALL_ID, or give --mall.');
  return mallId;
}

function print(revision: Revision, { json }: CommonOptions, terminal: KiccTerminal): void {
  if (json) printJson(terminal, detailsOf(revision));
  else terminal.out(pageOf(revision));
}
