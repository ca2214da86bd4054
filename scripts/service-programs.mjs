// The servers that the tests need, as Debian packages them: how each is found, prepared, started and asked.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

const ANSWER_MS = 2_000;
/** MariaDB comes without time zones: one whose clocks went back an hour at 01:00 UTC on 26 October 2025, and before that forward. */
const SUMMER_TIME = [
  "REPLACE INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES (1, 'N');",
  "REPLACE INTO mysql.time_zone_name (Name, Time_zone_id) VALUES ('Europe/Berlin', 1);",
  'REPLACE INTO mysql.time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation) ' +
    "VALUES (1, 0, 3600, 0, 'CET'), (1, 1, 7200, 1, 'CEST');",
  'REPLACE INTO mysql.time_zone_transition (Time_zone_id, Transition_time, Transition_type_id) ' +
    'VALUES (1, 1743296400, 1), (1, 1761440400, 0);',
];

/** By name. `user` is whom it runs as if we are root, `quickStop` the signal that ends it without waiting for its clients. */
export const programs = {
  postgres: {
    debianPackage: 'postgresql',
    user: 'postgres',
    quickStop: 'SIGINT',
    find: newestPostgres,
    url: (port) => `postgres://kicc:kicc@127.0.0.1:${port}/postgres`,
    prepare: (program, data, as) =>
      run(program.replace(/postgres$/, 'initdb'), ['-D', data, '-U', 'kicc', '-A', 'trust', '-E', 'UTF8', '--no-locale'], as),
    options: (data, port) => [
      ...['-D', data, '-p', String(port), '-k', '', '-h', '127.0.0.1'],
      ...['shared_buffers=64MB', 'max_connections=200', 'fsync=on', 'synchronous_commit=on'].flatMap((set) => ['-c', set]),
    ],
    ping: async (url) => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS });
      client.on('error', () => undefined);
      await client.connect();
      await client.query('SELECT 1').finally(() => client.end());
    },
  },
  mariadb: {
    debianPackage: 'mariadb-server',
    user: 'mysql',
    quickStop: 'SIGTERM',
    find: () => ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'].find((path) => existsSync(path)),
    url: (port) => `mariadb://kicc:kicc@127.0.0.1:${port}/mysql`,
    prepare: (_, data, as) => {
      run(
        'mariadb-install-db',
        ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
        as,
      );
      const user = ["CREATE USER IF NOT EXISTS 'kicc'@'%' IDENTIFIED BY 'kicc';", "GRANT ALL ON *.* TO 'kicc'@'%';"];
      writeFileSync(join(data, 'init.sql'), [...user, ...SUMMER_TIME, ''].join('\n'), { mode: 0o644 });
    },
    options: (data, port) => [
      ...[
        '--no-defaults',
        `--datadir=${data}`,
        // Another server that starts clears what it finds in the usual place.
        `--tmpdir=${data}`,
        `--init-file=${data}/init.sql`,
        `--socket=${data}/socket`,
        `--pid-file=${data}/pid`,
      ],
      ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--max-connections=200'],
      ...['--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=1', '--character-set-server=utf8mb4'],
    ],
    ping: async (url) => {
      const connection = await mysql.createConnection({ uri: url, connectTimeout: ANSWER_MS });
      await connection.query('SELECT 1').finally(() => connection.destroy());
    },
  },
  redis: {
    debianPackage: 'redis-server',
    user: 'redis',
    quickStop: 'SIGTERM',
    find: () => ['/usr/bin/redis-server'].find((path) => existsSync(path)),
    url: (port) => `redis://127.0.0.1:${port}`,
    prepare: () => undefined,
    options: (data, port) => ['--bind', '127.0.0.1', '--port', String(port), '--dir', data, '--save', '', '--appendonly', 'no'],
    ping: async (url) => {
      const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: ANSWER_MS });
      redis.on('error', () => undefined);
      await redis.connect();
      await redis.ping().finally(() => redis.disconnect());
    },
  },
};

function newestPostgres() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : [];
  return versions.map((version) => join(root, version, 'bin/postgres')).find((path) => existsSync(path));
}

function run(program, args, as) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...as, encoding: 'utf8', cwd: '/' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
}
