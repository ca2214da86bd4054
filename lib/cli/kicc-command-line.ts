import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { KiccError } from '../protocol/kicc-error.js';
import { printableLines } from '../protocol/printable.js';
import { nameOfError } from '../revision/foreign-error.js';
import { CommandError, EXIT, messageOf, UsageError, type KiccTerminal } from './kicc-terminal.js';

const HELP = `kicc: looks after the KICC EasyPay cancellations of an app that uses nestjs-kicc.

Usage:
  kicc doctor                            Checks all that a cancellation needs, and says what to do. Cancels and writes nothing.
  kicc revisions list                    Lists revisions of the journal.
       --status <status>                 open (default), accepted, sending, unknown, escalated, succeeded, declined,
                                         attention (settled or unreadable, and a person has to look), all
       --limit <n>                       At most so many, up to 1000. Default 50.
  kicc revisions show <id>               One revision, with its trail.
  kicc revisions settle <id>             Makes it due now: your running app takes its next step, with its
                                         @OnRevisionSettled() handlers. Waits for the outcome.
       --wait <seconds>                  How long, up to 600. Default 20.
       --without-handlers                Takes the step here instead. No handler of your app is run, so do this only where
                                         it has none, or you correct your books by hand.
  kicc revisions resolve <id>            Records what a person has found out, for example in KICC's merchant console.
       --verdict succeeded|declined      Whether the money went back.
       --actor <who> --reason <why>      Kept with the revision, shown nowhere.
       --version-seen <n>                The version that show gave: refused where it has moved on since. Without it, no
                                         other verdict that stands is replaced.
       --without-handlers                Needed: no handler of your app is run. To have them run, call resolve() in it.
  kicc reconcile <file.csv|file.json>    After a restore or a failover: asks KICC what became of each refund that the file names, and
                                         takes what KICC proves into the journal, due for your running app to settle
                                         with its handlers. Sends nothing; run again it changes nothing more.
                                         Columns: shopTransactionId, pgCno, reviseTypeCode, reviseSubTypeCode, amount, mallId,
                                         approvedAmount; the first three are needed, the others where the refund has them.
       --malls <mallId,...>              Further malls that the file may name. Their keys are not needed.
       --wait <seconds>                  How long those are asked about again whose payment is busy, up to 600. Default 60.
  kicc console                           Shows the console of a journal in a browser on this machine, to look at: it writes nothing,
                                         asks KICC nothing, and needs no key. Needs pg, mysql2 or better-sqlite3; an account
                                         that may only read will do. Whoever decides does so in the app, with its handlers.
       --database <url>                  Instead of DATABASE_URL, which no list of processes shows.
       --port <n>                        Default 4000; 0 takes any free one. On 127.0.0.1 alone.
       --mall <mallId>                   That mall alone; can be given several times. Default: all that the journal has.
  kicc migrate                           Makes the journal's tables in your database, or brings them up to date: step by step,
                                         each as a whole or not at all; MySQL and MariaDB, which cannot, are gone on with
                                         where they were interrupted. Needs pg, mysql2 or better-sqlite3, and no TypeORM;
                                         tables that TypeORM's kiccMigrations made are gone on with from where they are.
       --database <url>                  Instead of DATABASE_URL, which no list of processes shows. A SQLite file that is not
                                         there is made.
       --to <version>                    Up or down to that version; 0: no tables. Default: the newest.
       --dry-run                         Says what would be done, and does nothing.
       --drop-rows                       Lets a way down take tables away that have rows. Make a backup first.
  kicc schema --engine <engine>          Prints the tables: postgres, mysql (MariaDB, too) or sqlite. Reaches no database.
       --as sql|prisma|drizzle           SQL (default), for a tool of your own; models for schema.prisma; a schema of Drizzle's. The first
                                         lines of these say how Prisma and drizzle-kit are kept from changing the tables.
       --from <version>                  Of the SQL, what comes after that version.
  kicc simulator [...]                   A KICC to test against; see kicc simulator --help.

<id> is a shopTransactionId. Options of doctor, revisions and reconcile (migrate has --schema, --env-file and --json; console,
--schema and --env-file; schema, --schema):
  --environment test|production          or KICC_ENVIRONMENT
  --mall <mallId>                        or KICC_MALL_ID. list: of that mall alone; without it, of all.
  --base-url <url>                       or KICC_BASE_URL. Replaces KICC's API domain, for example by the simulator.
  --open-codes <resCd,...>               or KICC_OPEN_CODES. As openCodes in your app; needed by settle --without-handlers.
  --schema <name>                        The database schema of the journal's tables, where it is not the default one.
  --env-file <path>                      Reads what is not in the environment from a file, such as .env.
  --json                                 Results as JSON.
  -h, --help                             Shows this.

From the environment or --env-file only, as they are secret:
  KICC_SECRET_KEY                        The mall's secret key.
  KICC_PERSONAL_DATA_KEYS                id:key,... as personalDataKeys in your app; to send a refund that waits.
  DATABASE_URL                           The journal: the path of a SQLite file, postgres://, mysql:// or mariadb://

Exit codes: 0 done; doctor: no check failed; settle: the outcome is known, whichever; reconcile: every refund has its answer.
1 a check failed, something was not found or could not be done, or an outcome is not known yet (which is no failure of the
refund); reconcile: a row is faulty, busy or unanswered. 2 the command line is wrong, and nothing was done.
Results go to standard output, complaints to standard error. Neither has secrets or personal data.
`;

/**
 * Runs the `kicc` command.
 * @returns the exit code, see the help text.
 */
export async function runKicc(args: readonly string[], given: KiccTerminal): Promise<number> {
  // A database may hold what no version of this library lets in.
  const terminal: KiccTerminal = { ...given, out: (text) => given.out(printableLines(text)) };
  const [command, ...rest] = args;
  if (command === 'simulator') {
    const { runCommandLine } = await import('../testing/command-line.js');
    return runCommandLine(rest, terminal);
  }
  if (command === undefined || command === 'help' || args.includes('--help') || args.includes('-h')) {
    if (command === undefined) terminal.err(HELP);
    else terminal.out(HELP);
    return command === undefined ? EXIT.usage : EXIT.ok;
  }
  try {
    // Each loads what it needs, when it is chosen.
    switch (command) {
      case 'doctor':
        return await (await import('./doctor.js')).doctor(rest, terminal);
      case 'reconcile':
        return await (await import('./reconcile.js')).reconcile(rest, terminal);
      case 'migrate':
        return await (await import('./migrate.js')).migrate(rest, terminal);
      case 'schema':
        return (await import('./schema.js')).schema(rest, terminal);
      case 'console':
        return await (await import('./console.js')).showConsole(rest, terminal);
      case 'revisions':
        return await (await import('./revisions.js')).revisions(rest, terminal);
      default:
        throw new UsageError(`there is no command ${JSON.stringify(command)}.`);
    }
  } catch (error) {
    const isUsage = error instanceof UsageError || isOfParseArgs(error);
    terminal.err(`kicc: ${explain(error)}${isUsage ? ' See --help.' : ''}\n`);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

/** What may be said of an error: others than our own may quote what nobody is to see. */
function explain(error: unknown): string {
  if (error instanceof KiccConfigurationError)
    return `the configuration cannot work; kicc doctor says what to do. ${messageOf(error)}`;
  if (error instanceof UsageError || error instanceof CommandError || error instanceof KiccError || isOfParseArgs(error)) {
    return messageOf(error);
  }
  return `it could not be done (${nameOfError(error)}). Nothing was sent by it, unless the journal says so: kicc revisions show.`;
}

function isOfParseArgs(error: unknown): boolean {
  return String((Object(error) as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
}
