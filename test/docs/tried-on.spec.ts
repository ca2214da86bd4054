import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { codeBlocks, documents, read } from './markdown.js';

interface Opened {
  prepare(sql: string): { get(): { readonly version: string } };
}
interface ServerPrograms {
  readonly programs: Readonly<Record<'postgres' | 'mariadb' | 'redis', { readonly find: () => string | undefined }>>;
}

/** It has no types of its own. */
const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => Opened;

const { href } = new URL('../../scripts/service-programs.mjs', import.meta.url);
const { programs } = (await import(href)) as ServerPrograms;
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };

const PAGES = {
  'docs/compatibility.md': 'What the guides are tried on',
  'docs/compatibility.ko.md': '안내서를 확인한 버전',
};
/** What is told in the text. */
const PACKAGES = {
  Nest: '@nestjs/core',
  TypeScript: 'typescript',
  TypeORM: 'typeorm',
  BullMQ: 'bullmq',
  '`pg`': 'pg',
  '`mysql2`': 'mysql2',
  '`better-sqlite3`': 'better-sqlite3',
};
const PROGRAMS = { PostgreSQL: 'postgres', MariaDB: 'mariadb', Redis: 'redis' } as const;

const sectionOf = (page: keyof typeof PAGES): string =>
  read(page)
    .split(/^## /m)
    .find((section) => section.startsWith(PAGES[page]))!
    .replaceAll('\n', ' ');

describe.each(Object.keys(PAGES) as (keyof typeof PAGES)[])('what the guides are tried on, in %s', (page) => {
  it.each(Object.entries(PACKAGES))('is the %s that is installed', (told, name) => {
    const [major, minor] = packages[`node_modules/${name}`]!.version.split('.');
    expect(sectionOf(page)).toContain(`${told} ${major}.${minor}`);
  });

  it('is the SQLite that its driver brings', () => {
    const { version } = new Database(':memory:').prepare('SELECT sqlite_version() AS version').get();
    const [major, minor] = version.split('.');
    expect(sectionOf(page)).toContain(`SQLite ${major}.${minor}`);
  });

  // Elsewhere than where CI runs, other servers are welcome.
  (process.env['KICC_TEST_ENGINES'] === 'all' ? it : it.skip).each(Object.entries(PROGRAMS))(
    'is the %s that is started for the tests',
    (told, name) => {
      const { stdout } = spawnSync(programs[name].find()!, ['--version'], { encoding: 'utf8' });
      const [, version] = /(\d+\.\d+)/.exec(stdout)!;
      const [, said] = new RegExp(`${told}\\D*?(\\d+(?:\\.\\d+)?)`).exec(sectionOf(page))!;
      expect(`${version}.`).toMatch(new RegExp(`^${said!.replace('.', '\\.')}\\.`));
    },
  );

  it('is where each guide with code leads', () => {
    const isSame = (document: string): boolean => document.endsWith('.ko.md') === page.endsWith('.ko.md');
    const anchor = `${page.replace('docs/', '')}#${PAGES[page].toLowerCase().replaceAll(' ', '-')}`;
    const guides = documents.filter((document) => document.startsWith('docs/') && document !== page && isSame(document));
    const silent = guides
      .filter((document) => codeBlocks(document).some(({ language }) => language !== 'mermaid'))
      .filter((document) => !read(document).slice(0, 400).includes(`](${anchor})`));
    expect(silent).toEqual([]);
  });
});
