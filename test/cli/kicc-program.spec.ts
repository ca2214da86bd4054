import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { Check } from '../../lib/gateway/check.js';
import { kiccMigrations } from '../../lib/typeorm/index.js';
import { listen } from '../gateway/loopback-server.js';

const PROGRAM = 'dist/esm/cli/kicc.cli.js';

describe('kicc as a program, of the built package', () => {
  let folder: string;
  let database: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-program-'));
    database = join(folder, 'shop.db');
    const shop = new DataSource({ type: 'better-sqlite3', database, migrations: [...kiccMigrations] });
    await shop.initialize();
    await shop.runMigrations();
    await shop.destroy();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, node: readonly string[] = []) {
    const own = { ...process.env, NODE_OPTIONS: '', ...env };
    const child = spawn(process.execPath, [...node, PROGRAM, ...args], { env: own });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode, out, err };
  }

  it('trusts a certificate that it can check', async () => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-keyout', keyFile, '-out', certFile];
    execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'ignore' });
    const seen: unknown[] = [];
    const files = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
    const server = https.createServer(files, ({ method, url }, response) => {
      seen.push([method, url]);
      response.writeHead(403).end();
    });
    const { port, stop } = await listen(server);
    const { exitCode, out, err } = await run(['doctor', '--json'], {
      KICC_ENVIRONMENT: 'test',
      KICC_MALL_ID: 'T0000001',
      KICC_SECRET_KEY: 'a-secret-that-nobody-may-see',
      KICC_BASE_URL: `https://127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: certFile,
      DATABASE_URL: database,
    });
    await stop();
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).not.toContain('a-secret');
    const { checks } = JSON.parse(out) as { checks: Check[] };
    expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'configuration ok',
      'signer ok',
      'encoding ok',
      'dns ok',
      'api ok',
      'clock ok',
      'journal ok',
      'revisions ok',
    ]);
    expect(checks.find(({ name }) => name === 'api')?.message).toMatch(
      /\(HTTP 403\) over TLSv1\.3; its certificate is valid until /,
    );
    expect(seen).toEqual([['HEAD', '/']]);
  });

  it('lists, and says how it is used', async () => {
    expect(await run(['revisions', 'list', '--json'], { DATABASE_URL: database })).toEqual({
      exitCode: 0,
      out: '{\n  "revisions": [],\n  "more": false\n}\n',
      err: '',
    });
    expect((await run([])).exitCode).toBe(2);
  });

  /** Has Node not find a package. */
  function without(missing: string): string[] {
    const hooks = `export const resolve = (name, context, next) => {
      if (name.split('/')[0] !== '${missing}') return next(name, context);
      throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });
    };`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
    return ['--import', `data:text/javascript,${encodeURIComponent(register)}`];
  }

  it('migrates without TypeORM, and says which driver is missing', async () => {
    const url = join(folder, 'without-typeorm.db');
    expect((await run(['migrate', '--database', url], {}, without('typeorm'))).out).toMatch(/from version 0 to \d+\.\n$/);
    for (const [driver, of] of Object.entries({
      pg: 'postgres://127.0.0.1:9/',
      mysql2: 'mysql://127.0.0.1:9/',
      'better-sqlite3': url,
    })) {
      const { exitCode, err } = await run(['migrate', '--database', of], {}, without(driver));
      expect(exitCode).toBe(1);
      expect(err).toBe(`kicc: ${driver} is not installed, and the database is reached by it: npm install ${driver}\n`);
    }
  });

  it('reads the journal without TypeORM', async () => {
    const { exitCode, err } = await run(['revisions', 'list', '--json'], { DATABASE_URL: database }, without('typeorm'));
    expect([exitCode, err]).toEqual([0, '']);
  });

  it('runs the simulator until it is interrupted', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'simulator', '--port', '0']);
    let sent = false;
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!sent && said.includes('/simulator/payments')) sent = child.kill('SIGTERM');
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said).toMatch(/^KICC simulator on http:\/\/127\.0\.0\.1:\d+ /);
  });
});
