import { parseArgs } from 'node:util';
import type { KiccMall } from '../malls/kicc-malls.js';
import { printable } from '../protocol/printable.js';
import { KiccSimulator } from './kicc-simulator.js';
import { SIMULATOR_MALL } from './simulator-options.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** What the command line talks to. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Resolves when the command is to end. */
  readonly interrupted: Promise<unknown>;
}

const DEFAULT_PORT = 8085;
/** Where `KiccNotificationModule` has it by itself, in an app that Nest's CLI makes. */
const SHOPS_ENDPOINT = 'http://127.0.0.1:3000/kicc/notifications';

const HELP = `kicc-simulator: a KICC EasyPay to test cancellations against. Listens on 127.0.0.1 only.

Usage: kicc-simulator [--port ${DEFAULT_PORT}] [--mall T0000001:secret ...] [--notify ${SHOPS_ENDPOINT}]

  --port <port>           TCP port; 0 takes any free one. Default ${DEFAULT_PORT}.
  --mall <mallId:secret>  A mall and its secret key. Can be given several times; the first is the default.
                          Default: ${SIMULATOR_MALL.mallId}:${SIMULATOR_MALL.secretKey}
  --notify <url>          Where to send KICC's notifications ("webhook"): a URL of this machine. Default: nowhere.
  --help                  Shows this.
`;

/**
 * Runs the simulator until `interrupted`.
 * @returns the exit code: 0, 1 if it could not start, 2 if the command line is wrong.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const fail = (code: number, message: string): number => {
    terminal.err(`kicc-simulator: ${printable(message.replace(/\s*\n\s*/g, ' '))}\n`);
    return code;
  };
  let port: number;
  let malls: readonly KiccMall[] | undefined;
  let notifyUrl: string | undefined;
  try {
    const options = {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      mall: { type: 'string', multiple: true },
      notify: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ args: [...args], options, strict: true });
    if (values.help) {
      terminal.out(HELP);
      return 0;
    }
    port = readPort(values.port);
    malls = values.mall?.map(readMall);
    notifyUrl = values.notify;
  } catch (error) {
    return fail(2, `${messageOf(error)} See --help.`);
  }

  let simulator: KiccSimulator;
  try {
    simulator = await KiccSimulator.start({
      port,
      ...(malls ? { malls } : {}),
      ...(notifyUrl === undefined ? {} : { notify: { url: notifyUrl } }),
    });
  } catch (error) {
    if (error instanceof SimulatorUsageError) return fail(2, `${messageOf(error)} See --help.`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      return fail(1, `port ${port} is in use; choose another with --port, or --port 0 for any free one.`);
    if (code === 'EACCES') return fail(1, `port ${port} may not be used by this user; choose one above 1023 with --port.`);
    return fail(1, messageOf(error));
  }
  terminal.out(greeting(simulator, malls === undefined));
  await terminal.interrupted;
  await simulator.stop();
  return 0;
}

function readPort(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535) throw new Error(`--port is no TCP port; give an integer from 0 to 65535.`);
  return port;
}

function readMall(value: string): KiccMall {
  const colon = value.indexOf(':');
  if (colon < 1 || colon === value.length - 1) throw new Error('--mall is not mallId:secret, for example T0000001:secret.');
  return { mallId: value.slice(0, colon), secretKey: value.slice(colon + 1) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function greeting({ url, malls }: KiccSimulator, showKeys: boolean): string {
  // A key that somebody gave may be a real one, and a terminal's history is no place for it.
  const lines = malls.map(({ mallId, secretKey }) => `  ${mallId}  ${showKeys ? secretKey : '(its secret as given)'}`);
  const [{ mallId, secretKey }] = malls as [KiccMall];
  const post = (path: string, body: object): string => `  curl -X POST ${url}/simulator/${path} -d '${JSON.stringify(body)}'`;
  return `KICC simulator on ${url} (this machine only; Ctrl+C ends it)

Malls, and their secret keys:
${lines.join('\n')}

For the .env of your app:
  KICC_ENVIRONMENT=test
  KICC_MALL_ID=${mallId}
  KICC_SECRET_KEY=${showKeys ? secretKey : '(as given)'}
  KICC_BASE_URL=${url}

Approve a payment of 10,000 KRW:
${post('approve', { amount: 10_000, payMethodTypeCode: '11' })}
Lose the answer to the next cancel, after it was carried out:
${post('inject', { fault: 'drop-answer' })}
Have the next one answered late enough to kill the shop meanwhile:
${post('inject', { fault: 'slow', delayMs: 5_000 })}
Take all faults back:
  curl -X DELETE ${url}/simulator/faults
Send KICC's notifications to your shop, and have somebody cancel in the merchant console:
${post('notify', { url: SHOPS_ENDPOINT })}
${post('console-cancel', { pgCno: '…' })}
More of that kind: deposit, confirm-purchase, reject-purchase ({ pgCno }), bounce ({ cancelPgCno }).
What really happened to the money, what was wrong with requests, what arrived, what was notified, how payments stand:
  curl ${url}/simulator/effects
  curl ${url}/simulator/problems
  curl ${url}/simulator/requests
  curl ${url}/simulator/notifications
  curl ${url}/simulator/payments
`;
}
