import tls from 'node:tls';
import { isRecord } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';

/** TLS settings that a transport takes. None makes it trust another host, or take a weaker connection. */
export type KiccTlsOptions = Pick<
  tls.SecureContextOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'crl' | 'ciphers' | 'sigalgs' | 'ecdhCurve' | 'minVersion' | 'maxVersion'
> &
  Pick<tls.ConnectionOptions, 'lookup' | 'servername'>;

type Rule = readonly [allows: (value: unknown) => boolean, remedy: string];

const ANY: Rule = [() => true, ''];
const VERSION: Rule = [(value) => value === 'TLSv1.2' || value === 'TLSv1.3', "give 'TLSv1.2' or 'TLSv1.3'."];
const NEVER: Rule = [() => false, 'KICC would be checked less. Leave it out.'];

const RULES: Record<keyof KiccTlsOptions, Rule> = {
  ca: ANY,
  cert: ANY,
  key: ANY,
  passphrase: ANY,
  pfx: ANY,
  crl: ANY,
  // A word such as DEFAULT@SECLEVEL=0 would lower what else is taken.
  ciphers: [
    (value) => typeof value === 'string' && value.split(':').every((name) => tls.getCiphers().includes(name.toLowerCase())),
    'give names out of tls.getCiphers(), with colons between.',
  ],
  sigalgs: ANY,
  ecdhCurve: ANY,
  minVersion: VERSION,
  maxVersion: VERSION,
  lookup: [(value) => typeof value === 'function', 'give a function like lookup of node:dns.'],
  servername: [(value) => typeof value === 'string' && value !== '', 'give the name that the certificate has to have.'],
};

/** An agent has many settings more, and Node lets its own count before those of a request. */
const AGENT_RULES: Readonly<Record<string, Rule>> = {
  ...RULES,
  rejectUnauthorized: [(value) => value !== false, NEVER[1]],
  checkServerIdentity: NEVER,
  secureContext: NEVER,
  secureProtocol: NEVER,
  secureOptions: NEVER,
  session: NEVER,
  pskCallback: NEVER,
  minDHSize: NEVER,
  insecureHTTPParser: NEVER,
};

/**
 * Settings for TLS, with what no setting and no environment variable changes.
 * @param agent the caller's, if any.
 * @throws {KiccConfigurationError} naming each setting that is none, or would have KICC checked less.
 */
export function checkedTls(given: KiccTlsOptions = {}, agent?: object): tls.ConnectionOptions {
  const settings = entriesOf(given);
  const problems = settings.flatMap(([name, value]) => {
    if (Object.hasOwn(RULES, name)) return problemOf(`tls.${name}`, value, RULES[name as keyof KiccTlsOptions]);
    return [`tls.${name}: is not an option. The options are ${Object.keys(RULES).join(', ')}.`];
  });
  for (const [name, value] of entriesOf((agent as { options?: unknown } | undefined)?.options)) {
    if (Object.hasOwn(AGENT_RULES, name)) problems.push(...problemOf(`httpsAgent: ${name}`, value, AGENT_RULES[name]));
  }
  if (problems.length > 0) throw new KiccConfigurationError(problems);
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    checkServerIdentity: tls.checkServerIdentity,
    ...Object.fromEntries(settings),
  };
}

/** What is set, read once. */
function entriesOf(settings: unknown): [string, unknown][] {
  return isRecord(settings) ? Object.entries(settings).filter(([, value]) => value !== undefined) : [];
}

function problemOf(name: string, value: unknown, [allows, remedy]: Rule = ANY): string[] {
  return allows(value) ? [] : [`${name}: ${remedy}`];
}
