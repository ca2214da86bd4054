import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { ModuleRef } from '@nestjs/core';
import { throwError } from 'rxjs';
import { booksOf } from '../console/console-books.js';
import { ConsolePages, type ConsoleAnswer } from '../console/console-pages.js';
import { isLoopback } from '../kicc.options.js';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';
import { nameOfError } from '../revision/foreign-error.js';
import { withApp, withJournal } from './command-app.js';
import { SCHEMES } from './database-by-driver.js';
import { isNotSet, readSettings } from './kicc-settings-source.js';
import { CommandError, EXIT, UsageError, type KiccTerminal } from './kicc-terminal.js';

const OPTIONS = {
  database: { type: 'string' },
  schema: { type: 'string' },
  mall: { type: 'string', multiple: true },
  port: { type: 'string', default: '4000' },
  'env-file': { type: 'string' },
} as const;

const HOST = '127.0.0.1';
/** Stands in for a mall where the journal has none yet. */
const NO_MALL = 'none';
const USER = { actor: 'kicc console', may: 'look' } as const;
/** Nothing is sent: to nobody, and not even tried. */
const MODULE = { environment: 'test', baseUrl: `http://${HOST}:9` } as const;
const NO_TRANSPORT = {
  useValue: { post: () => throwError(() => new KiccDeliveryError('none', 'unreachable')) },
};

/** Shows the journal's console on this machine alone, until it is interrupted. Writes nothing and asks KICC nothing. */
export async function showConsole(args: readonly string[], terminal: KiccTerminal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw new UsageError('--port: give a TCP port, 0 for any free one.');
  const { databaseUrl, empty, schema } = readSettings({ ...values, mall: undefined }, terminal);
  const url = values.database ?? databaseUrl;
  if (url === undefined) {
    throw new CommandError(
      `${isNotSet('DATABASE_URL', empty)}. Set it, name a file that has it (--env-file .env), or give --database: ${SCHEMES}.`,
    );
  }
  const act: Parameters<typeof withJournal>[2] = async (connection) => {
    // Signs nothing.
    const secretKey = randomBytes(32).toString('base64url');
    const mallIds = values.mall ? () => Promise.resolve(values.mall ?? []) : () => connection.journal.mallIds();
    const malls = async () => (await mallIds()).map((mallId) => ({ mallId, secretKey }));
    const [first] = await malls();
    const module = { ...MODULE, mallId: first?.mallId ?? NO_MALL, secretKey };
    await withApp({ module }, connection, terminal, { malls, transport: NO_TRANSPORT }, async (app) => {
      const books = { ...booksOf(app.get(ModuleRef), undefined), isOfApp: false };
      const pages = new ConsolePages(books, { locale: undefined, css: '', home: undefined, decisionsPerMinute: 1 });
      const server = await listening(pages, port, terminal);
      const { port: own } = server.address() as AddressInfo;
      terminal.out(`KICC console on http://${HOST}:${own}/ (this machine only; it changes nothing; Ctrl+C ends it)\n`);
      await terminal.interrupted;
      pages.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    });
  };
  await withJournal({ databaseUrl: url, schema, empty }, terminal, act, 'look');
  return EXIT.ok;
}

async function listening(pages: ConsolePages, port: number, terminal: KiccTerminal): Promise<Server> {
  const server = createServer((request, response) => {
    serve(pages, request, response).catch((error: unknown) => {
      terminal.err(`kicc: a page failed (${nameOfError(error)}).\n`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'This page failed; the command line says by what.');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve);
  }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new CommandError(`port ${port} is in use; choose another by --port, 0 for any free one.`);
    if (code === 'EACCES')
      throw new CommandError(`port ${port} may not be used by this user; choose one above 1023 by --port.`);
    throw error;
  });
  return server;
}

async function serve(pages: ConsolePages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers, method } = request;
  if (!isOfThisMachine(headers.host) || !isOfThisSite(headers['sec-fetch-site'])) {
    return refuse(response, 403, 'Open this at http://127.0.0.1 or http://localhost, by its own address.');
  }
  if (method !== 'GET') return refuse(response, 405, 'Nothing can be changed here.');
  const { pathname, searchParams } = new URL(request.url ?? '/', MODULE.baseUrl);
  if (pathname !== '/') return refuse(response, 404, 'There is no such page.');
  const question = { user: USER, query: searchParams, languages: headers['accept-language'] };
  await write(response, pages.asset(searchParams) ?? (await pages.show(question)));
}

async function write(response: ServerResponse, answer: ConsoleAnswer): Promise<void> {
  if ('write' in answer) await answer.write(response);
  else response.writeHead(answer.status, answer.headers).end(answer.body);
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }).end(words);
}

/** Another site's name can be made to lead here; the browser then still sends that name. */
function isOfThisMachine(host: string | undefined): boolean {
  return host !== undefined && URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`));
}

/** Whether the console itself, or whoever types its address, asks; browsers say so. */
function isOfThisSite(site: string | string[] | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}
