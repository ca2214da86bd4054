import { posix } from 'node:path';
import type { App } from './app-module.js';
import { majorIn, type PackageJson, type Packages } from './dependencies.js';
import { clientJournal, prismaJournal, type Driver } from './journal-file.js';
import { sourcesIn, type Tree } from './tree.js';
import type { WiredParts } from './wire-module.js';

/** What a durable journal may stand on, each with the packages that tell of it. */
const ORMS = { typeorm: ['@nestjs/typeorm', 'typeorm'], prisma: ['@prisma/client'], drizzle: ['drizzle-orm'] } as const;
const DRIVERS = ['pg', 'mysql2', 'better-sqlite3'] as const satisfies readonly Driver[];
type Orm = keyof typeof ORMS;

export type JournalName = Orm | Driver | 'none';

/** How a journal is wired. */
export interface JournalPlan {
  readonly parts: WiredParts;
  /** The file that `parts` imports its class from, where there has to be one. */
  readonly file?: { readonly path: string; readonly text: string };
  readonly packages?: Packages;
  /** What `DATABASE_URL` looks like, where the file reads that. */
  readonly databaseUrl?: string;
  /** What is left to the reader, a step each. */
  readonly steps: readonly string[];
}

/** What an app keeps its data by, as its dependencies say: ORMs, or where it has none, drivers. */
export function journalsOf({ dependencies = {} }: PackageJson): JournalName[] {
  const orms = (Object.keys(ORMS) as Orm[]).filter((orm) => ORMS[orm].some((name) => name in dependencies));
  return orms.length > 0 ? orms : driversOf({ dependencies });
}

/**
 * How a journal is wired into an app.
 * @returns why it cannot be, else.
 */
export function planOf(
  name: Exclude<JournalName, 'none'>,
  manifest: PackageJson,
  app: App,
  tree: Tree,
): JournalPlan | { readonly problem: string } {
  switch (name) {
    case 'typeorm':
      return planOfTypeOrm(manifest);
    case 'prisma':
      return planOfPrisma(manifest, app, tree);
    case 'drizzle':
      return planOfDrizzle(manifest, app);
    default:
      return { ...planOfClient(app, name, false), packages: PACKAGES[name] };
  }
}

const MIGRATE = 'Make the tables that refunds are kept in, and again with each new version of the library: npx kicc migrate';

function planOfTypeOrm({ dependencies = {} }: PackageJson): JournalPlan | { readonly problem: string } {
  if (!('typeorm' in dependencies)) return { problem: 'package.json has no typeorm. Set it up first.' };
  return {
    parts: { journal: { name: 'TypeOrmReviseJournal', from: 'nestjs-kicc/typeorm' } },
    steps: [
      `${MIGRATE} --database "$DATABASE_URL", or kiccMigrations of nestjs-kicc/typeorm among your DataSource's migrations.`,
    ],
  };
}

function planOfPrisma({ dependencies = {} }: PackageJson, app: App, tree: Tree): JournalPlan | { readonly problem: string } {
  const engine = '@prisma/adapter-pg' in dependencies ? 'postgres' : '@prisma/adapter-mariadb' in dependencies && 'mysql';
  if (!engine || (majorIn(dependencies['@prisma/client']) ?? 0) < 7) {
    return {
      problem:
        'The journal on Prisma needs Prisma 7 with @prisma/adapter-pg or @prisma/adapter-mariadb; on SQLite, a second client, which ' +
        'is wired by hand.',
    };
  }
  const sources = sourcesIn(tree, app.sourceRoot);
  const services = named(sources, /\bexport\s+class\s+(\w+)[^{]*\bextends\s+PrismaClient\b/);
  const [service] = services;
  if (!service || services.length > 1) {
    return { problem: `There is no class that extends PrismaClient below ${app.sourceRoot}, or there are several.` };
  }
  const isExported = new RegExp(`\\bexports\\s*:\\s*\\[[^\\]]*\\b${service.name}\\b[^{]*\\bexport\\s+class\\s+(\\w+)`);
  const [module] = named(sources, isExported).filter(({ path }) => path !== app.module);
  const path = journalFileOf(app);
  return {
    parts: {
      journal: { name: 'KiccJournal', from: pathTo(path, app) },
      module: module && { name: module.name, from: pathTo(module.path, app) },
    },
    file: { path, text: prismaJournal(engine, { name: service.name, from: pathTo(service.path, app) }) },
    steps: [
      ...(module
        ? []
        : [
            `Have a module export ${service.name}, and put it in the imports of KiccModule.forRootAsync: the app starts from then on.`,
          ]),
      `${MIGRATE} --database "$DATABASE_URL". For prisma migrate and db push, put in your schema what this prints: npx kicc ` +
        `schema --engine ${engine} --as prisma`,
    ],
  };
}

function planOfDrizzle(manifest: PackageJson, app: App): JournalPlan | { readonly problem: string } {
  const [driver, ...others] = driversOf(manifest);
  if (!driver || others.length > 0 || !('drizzle-orm' in (manifest.dependencies ?? {}))) {
    return { problem: 'The journal on Drizzle needs drizzle-orm and one of pg, mysql2 and better-sqlite3 in package.json.' };
  }
  return { ...planOfClient(app, driver, true), packages: PACKAGES[driver] };
}

function planOfClient(app: App, driver: Driver, byDrizzle: boolean): JournalPlan {
  const path = journalFileOf(app);
  return {
    parts: { journal: { name: 'KiccJournal', from: pathTo(path, app) } },
    file: { path, text: clientJournal(driver, byDrizzle) },
    databaseUrl: DATABASE_URLS[driver],
    steps: [`${MIGRATE} --env-file .env, where DATABASE_URL names your database.`],
  };
}

const DATABASE_URLS: Readonly<Record<Driver, string>> = {
  pg: 'postgres://user:password@127.0.0.1:5432/shop',
  mysql2: 'mysql://user:password@127.0.0.1:3306/shop',
  'better-sqlite3': 'shop.db',
};

const PACKAGES: Readonly<Record<Driver, Packages>> = {
  pg: { dependencies: { pg: '^8.16.0' }, devDependencies: { '@types/pg': '^8.15.0' } },
  mysql2: { dependencies: { mysql2: '^3.11.0' } },
  'better-sqlite3': { dependencies: { 'better-sqlite3': '^12.0.0' } },
};

function driversOf({ dependencies = {} }: PackageJson): Driver[] {
  return DRIVERS.filter((driver) => driver in dependencies);
}

interface Found {
  readonly name: string;
  readonly path: string;
}

/** The files that a pattern is of, each with the name that it holds. */
function named(sources: readonly { readonly path: string; readonly text: string }[], pattern: RegExp): Found[] {
  return sources.flatMap(({ path, text }) => {
    const name = pattern.exec(text)?.[1];
    return name === undefined ? [] : [{ name, path }];
  });
}

/** The library's class that one in a file stands on. */
export function baseOf(text: string): string | undefined {
  return /\bextends\s+(\w+ReviseJournal)\b/.exec(text)?.[1];
}

/** By what that class keeps refunds. */
export function nameOfBase(base: string): JournalName | undefined {
  return BASES[base];
}

const BASES: Readonly<Record<string, JournalName>> = {
  TypeOrmReviseJournal: 'typeorm',
  PrismaReviseJournal: 'prisma',
  DrizzleReviseJournal: 'drizzle',
  PgReviseJournal: 'pg',
  Mysql2ReviseJournal: 'mysql2',
  BetterSqlite3ReviseJournal: 'better-sqlite3',
};

/** The file of the journal's class, beside the module. */
export function journalFileOf({ module }: App): string {
  return posix.join(posix.dirname(module), 'kicc-journal.ts');
}

/** How what stands beside the module imports a file. */
function pathTo(path: string, { module, importEnding }: App): string {
  const relative = posix.relative(posix.dirname(module), path).replace(/\.ts$/, importEnding);
  return relative.startsWith('.') ? relative : `./${relative}`;
}
