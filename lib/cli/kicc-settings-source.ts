import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { KiccModuleOptions } from '../kicc.options.js';
import type { PersonalDataKey } from '../protocol/personal-data-cipher.js';
import { UsageError, type KiccTerminal } from './kicc-terminal.js';

/** Options that every command has, for `parseArgs`. */
export const COMMON_OPTIONS = {
  environment: { type: 'string' },
  mall: { type: 'string' },
  'base-url': { type: 'string' },
  'open-codes': { type: 'string' },
  schema: { type: 'string' },
  'env-file': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What {@link COMMON_OPTIONS} were given as. */
export interface CommonOptions {
  readonly environment?: string | undefined;
  readonly mall?: string | undefined;
  readonly 'base-url'?: string | undefined;
  readonly 'open-codes'?: string | undefined;
  readonly schema?: string | undefined;
  readonly 'env-file'?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The configuration of a command, not checked yet. Secrets come from the environment alone. */
export interface KiccSettingsSource {
  readonly module: Partial<Omit<KiccModuleOptions, 'environment'>> & { readonly environment?: string };
  readonly databaseUrl: string | undefined;
  readonly schema: string | undefined;
  /** Variables that are set, but empty: they count as not set. */
  readonly empty: readonly string[];
}

/** Where each option of the module comes from, to be named in what is said of it. */
export const VARIABLES: Readonly<Record<string, string>> = {
  environment: 'KICC_ENVIRONMENT',
  mallId: 'KICC_MALL_ID',
  secretKey: 'KICC_SECRET_KEY',
  baseUrl: 'KICC_BASE_URL',
  openCodes: 'KICC_OPEN_CODES',
  personalDataKeys: 'KICC_PERSONAL_DATA_KEYS',
};

/**
 * Reads the configuration: options first, then the environment, then the file that `--env-file` names.
 * @throws {UsageError} the file cannot be read, or `--mall` is another than the secret key's.
 */
export function readSettings(options: CommonOptions, terminal: KiccTerminal): KiccSettingsSource {
  const file = options['env-file'] === undefined ? {} : readEnvFile(options['env-file']);
  const empty: string[] = [];
  const read = (name: string): string | undefined => {
    const values = [terminal.env[name], file[name]];
    if (values.includes('') && !values.some(Boolean)) empty.push(name);
    return values.find(Boolean);
  };

  const mallId = read('KICC_MALL_ID');
  const secretKey = read('KICC_SECRET_KEY');
  if (options.mall !== undefined && mallId !== undefined && secretKey !== undefined && options.mall !== mallId) {
    // A request signed with another mall's key is refused, and a refusal is an outcome.
    throw new UsageError(
      `--mall is ${options.mall}, but KICC_SECRET_KEY stands beside KICC_MALL_ID ${mallId}. Set both to that mall's.`,
    );
  }
  const openCodes = options['open-codes'] ?? read('KICC_OPEN_CODES');
  const dataKeys = read('KICC_PERSONAL_DATA_KEYS');
  const environment = options.environment ?? read('KICC_ENVIRONMENT');
  return {
    module: {
      ...(environment === undefined ? {} : { environment }),
      mallId: options.mall ?? mallId,
      secretKey,
      baseUrl: options['base-url'] ?? read('KICC_BASE_URL'),
      openCodes: openCodes?.split(',').map((resCd) => resCd.trim()),
      personalDataKeys: dataKeys?.split(',').map(asDataKey),
    } as KiccSettingsSource['module'],
    databaseUrl: read('DATABASE_URL'),
    schema: options.schema,
    empty,
  };
}

/** How a variable that there has to be is not there. */
export function isNotSet(name: string, empty: readonly string[]): string {
  return `${name} is ${empty.includes(name) ? 'set, but empty' : 'not set'}`;
}

function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--env-file cannot be read (${code ?? 'no text'}).`);
  }
}

function asDataKey(text: string): PersonalDataKey {
  const colon = text.indexOf(':');
  return { id: text.slice(0, colon).trim(), key: text.slice(colon + 1).trim() };
}
