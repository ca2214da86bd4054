import { parseArgs } from 'node:util';
import { CLIENTS, isInstalled, type Client } from './client.js';

/** What the command is to do. */
export interface CrashArguments {
  readonly kills: number;
  readonly seed: number;
  /** On this engine only. */
  readonly engine: string | undefined;
  readonly client: Client;
  /** Cancels so many in bulk instead. */
  readonly bulk: number | undefined;
}

const ENGINES = ['sqlite', 'postgres', 'mariadb'];

/** @throws {RangeError} an argument that cannot be. */
export function parseArguments(args: string[]): CrashArguments {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      engine: { type: 'string' },
      client: { type: 'string', default: 'typeorm' },
      bulk: { type: 'string' },
    },
  });
  const { kills, seed, engine, client, bulk } = values;
  if (engine !== undefined && !ENGINES.includes(engine)) {
    throw new RangeError(`--engine ${engine}: is none. There are: ${ENGINES.join(', ')}.`);
  }
  const known = CLIENTS.find((name) => name === client);
  if (!known) throw new RangeError(`--client ${client}: is none. There are: ${CLIENTS.join(', ')}.`);
  if (!isInstalled(known)) throw new RangeError(`--client ${known}: is not installed. Run: npm run clients`);
  return {
    kills: wholeNumber('--kills', kills),
    seed: wholeNumber('--seed', seed),
    engine,
    client: known,
    bulk: bulk === undefined ? undefined : wholeNumber('--bulk', bulk),
  };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`${name} ${text}: give a whole number from 1.`);
  return number;
}
