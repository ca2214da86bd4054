import { parseArgs } from 'node:util';
import type { KiccModuleOptions } from '../kicc.options.js';
import { KiccSettings } from '../kicc.settings.js';
import { HmacSigner } from '../protocol/hmac-signer.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { nameOfError } from '../revision/foreign-error.js';
import { checkApi, describeTime } from './api-checks.js';
import { fail, ok, warn, type Check } from './check.js';
import { connectJournal } from './journal-connection.js';
import { COMMON_OPTIONS, isNotSet, readSettings, VARIABLES, type KiccSettingsSource } from './kicc-settings-source.js';
import { CommandError, EXIT, printJson, type KiccTerminal } from './kicc-terminal.js';

/** A signature that OpenSSL agrees with, to hold ours against. */
const VECTOR = {
  key: 'unit-test-secret',
  pgCno: '24090309595910880703',
  shopTransactionId: '3f0c7a52-9d7e-4a53-8f53-2f6f3c1f2b10',
  msgAuthValue: 'f3e6aeafb36bddff4842ab9a29c16785fbf1f797582052893b5e2cc7b159c646',
} as const;

/**
 * Looks at all that a cancellation needs, and says what to do where something is missing. Cancels nothing, writes nothing.
 * @returns 0, or 1 if a check failed.
 */
export async function doctor(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: COMMON_OPTIONS, strict: true });
  const source = readSettings(values, terminal);
  const [configuration, settings] = checkConfiguration(source);
  const checks: Check[] = [...configuration, checkSigner(), checkEncoding()];
  if (settings) checks.push(...(await checkApi(settings.baseUrl)));
  checks.push(...(await checkJournal(source)));
  const failed = checks.some(({ status }) => status === 'fail');
  if (values.json) printJson(terminal, { ok: !failed, checks });
  else print(checks, terminal);
  return failed ? EXIT.failed : EXIT.ok;
}

function checkConfiguration({ module, empty }: KiccSettingsSource): [Check[], KiccSettings | undefined] {
  const name = 'configuration';
  const unset = (['environment', 'mallId', 'secretKey'] as const).filter((option) => module[option] === undefined);
  if (unset.length > 0) {
    const variables = unset.map((option) => VARIABLES[option] ?? option);
    const isEmpty = (variable: string): boolean => empty.includes(variable);
    const said = [
      { are: 'not set', these: variables.filter((variable) => !isEmpty(variable)) },
      { are: 'set, but empty', these: variables.filter(isEmpty) },
    ].filter(({ these }) => these.length > 0);
    const remedy = 'Set them in the environment, or in the file that --env-file names, such as .env';
    return [[fail(name, said.map(({ are, these }) => `${these.join(', ')}: ${are}`).join('; '), remedy)], undefined];
  }
  try {
    const settings = new KiccSettings(module as KiccModuleOptions);
    return [[ok(name, `${module.environment}, mall ${module.mallId}, ${settings.baseUrl}`)], settings];
  } catch (error) {
    if (!(error instanceof KiccConfigurationError)) throw error;
    const checks = error.problems.map((problem) => {
      const [, option = '', said = problem] = /^(\w+)[^:]*: (.*)$/s.exec(problem) ?? [];
      return fail(name, `${VARIABLES[option] ?? option}: ${said}`, 'Correct it where it is set, then look again.');
    });
    return [checks, undefined];
  }
}

function checkSigner(): Check {
  const { key, msgAuthValue, ...fields } = VECTOR;
  return new HmacSigner([['T0000001', key]]).sign(fields) === msgAuthValue
    ? ok('signer', 'signs a known request as it should (HMAC-SHA256); whether the key is the right one, only KICC can tell')
    : fail(
        'signer',
        'signs a known request otherwise than it should',
        "Use another build of Node: this one's crypto is broken.",
      );
}

function checkEncoding(): Check {
  try {
    new TextDecoder('euc-kr');
    return ok('encoding', 'reads EUC-KR, the letters of notifications in the legacy form (type 70)');
  } catch {
    const remedy = "Use a Node with full ICU, as nodejs.org builds it; on Alpine's own, install icu-data-full.";
    return warn(
      'encoding',
      'cannot read EUC-KR: notifications in the legacy form (type 70) are answered with 5001, and not taken in',
      remedy,
    );
  }
}

async function checkJournal(source: KiccSettingsSource): Promise<Check[]> {
  const name = 'journal';
  if (source.databaseUrl === undefined) {
    const remedy = 'Set DATABASE_URL to look at a durable one. Production needs one: see docs/production.md.';
    return [warn(name, `not looked at: ${isNotSet('DATABASE_URL', source.empty)}`, remedy)];
  }
  const heard: string[] = [];
  try {
    const connection = await connectJournal(source, (warning) => heard.push(warning));
    try {
      const { mallId } = source.module;
      const revisions = await checkRevisions(mallId, (malls) => connection.journal.openRevisions(malls));
      return [
        ok(name, `${connection.engine}: reachable, and its tables are as they should be`),
        ...heard.map((warning) => warn(name, warning, 'Set the database up so that nothing it has confirmed is lost.')),
        ...revisions,
      ];
    } finally {
      await connection.close();
    }
  } catch (error) {
    const said = error instanceof CommandError ? error.message : `cannot be read (${nameOfError(error)})`;
    return [fail(name, said, 'Put it right: without its journal, the app sends nothing.')];
  }
}

type OpenRevisionsOf = Awaited<ReturnType<typeof connectJournal>>['journal']['openRevisions'];

async function checkRevisions(mallId: string | undefined, count: OpenRevisionsOf): Promise<Check[]> {
  const name = 'revisions';
  if (mallId === undefined) return [warn(name, 'not counted: no mall is named', 'Set KICC_MALL_ID, or give --mall.')];
  const { byStatus, attention, oldestSince } = await count([mallId]);
  const open = Object.values(byStatus).reduce((sum, number) => sum + number, 0);
  const waiting = Object.entries(attention).filter(([, number]) => number > 0);
  const since = oldestSince ? `, the oldest since ${describeTime(oldestSince)} in Korea` : '';
  const checks: Check[] = [ok(name, `${open} open${since}`)];
  if (byStatus.escalated > 0) {
    const remedy =
      'Look each up in the merchant console, then resolve() it in your app: kicc revisions list --status escalated';
    checks.push(warn(name, `${byStatus.escalated} escalated: a person has to find out how they ended`, remedy));
  }
  if (waiting.length > 0) {
    const counts = waiting.map(([why, number]) => `${number} ${why}`).join(', ');
    const remedy = 'See the runbook in docs/production.md: kicc revisions list --status attention';
    checks.push(warn(name, `${counts}: a person has to look`, remedy));
  }
  return checks;
}

const MARKS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;

function print(checks: readonly Check[], terminal: KiccTerminal): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, status, message, remedy } of checks) {
    terminal.out(`${MARKS[status]}  ${name.padEnd(width)}  ${message}\n`);
    if (remedy !== undefined) terminal.out(`${' '.repeat(width + 8)}-> ${remedy}\n`);
  }
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  terminal.out(`\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed.\n`);
}
