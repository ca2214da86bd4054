import { parseArgs } from 'node:util';
import { SCHEMA_VERSION } from '../sql/schema/kicc-schema.js';
import { migrate as migrateTables, type Migrated } from '../sql/schema/migrate.js';
import { connectByDriver, SCHEMES } from './database-by-driver.js';
import { isNotSet, readSettings } from './kicc-settings-source.js';
import { CommandError, EXIT, printJson, UsageError, type KiccTerminal } from './kicc-terminal.js';

const OPTIONS = {
  database: { type: 'string' },
  schema: { type: 'string' },
  to: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'drop-rows': { type: 'boolean', default: false },
  'env-file': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** Brings the tables of a database to a version, by its driver alone. */
export async function migrate(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const to = readVersion('--to', values.to);
  const dryRun = values['dry-run'];
  const { databaseUrl, empty } = readSettings(values, terminal);
  const url = values.database ?? databaseUrl;
  if (url === undefined) {
    throw new CommandError(
      `${isNotSet('DATABASE_URL', empty)}. Set it, name a file that has it (--env-file .env), or give --database: ${SCHEMES}.`,
    );
  }
  const connection = await connectByDriver(url, dryRun ? 'imagine' : 'create');
  try {
    const tell = (line: string): void => (values.json ? undefined : terminal.out(`${line}\n`));
    const done = await migrateTables(connection, { schema: values.schema, to, dryRun, dropRows: values['drop-rows'], tell });
    if (values.json) printJson(terminal, done);
    else terminal.out(`${summary(done, dryRun)}\n`);
  } finally {
    await connection.close().catch(() => undefined);
  }
  return EXIT.ok;
}

/** @throws {UsageError} it is no version of the tables. */
export function readVersion(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,4}$/.test(text) && Number(text) <= SCHEMA_VERSION) return Number(text);
  throw new UsageError(`${option}: give a version from 0 to ${SCHEMA_VERSION}.`);
}

function summary({ from, to, steps }: Migrated, dryRun: boolean): string {
  if (steps.length === 0) return `The tables are at version ${to}: nothing to do.`;
  return `The tables ${dryRun ? 'would go' : 'have gone'} from version ${from} to ${to}.`;
}
