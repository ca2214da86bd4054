import { of, type Observable } from 'rxjs';
import { findApp, type App } from './app-module.js';
import { addDependencies, majorOf, type PackageJson, type Packages } from './dependencies.js';
import { databaseBlock, isIn, KICC_BLOCK, type EnvBlock } from './env-files.js';
import { exampleTest, testRunnerOf } from './example-test.js';
import { baseOf, journalFileOf, journalsOf, nameOfBase, planOf, type JournalName, type JournalPlan } from './journals.js';
import { parse, read, type Tree } from './tree.js';
import { wireKiccModule, wiringOf } from './wire-module.js';

/** What is used of a schematic's context. */
interface Context {
  readonly logger: { info(message: string): void; warn(message: string): void };
  addTask(task: { toConfiguration(): { readonly name: string; readonly options: object } }): unknown;
  readonly schematic: { readonly collection: { createSchematic(name: string, allowPrivate: true): Schematic } };
}

interface Schematic {
  call(options: NestAddOptions, tree: Observable<Tree>, context: Context): Observable<Tree>;
}

type Rule = (tree: Tree, context: Context) => Observable<Tree> | undefined;

/** Options of `nest add nestjs-kicc`. */
export interface NestAddOptions {
  readonly sourceRoot?: string | undefined;
  readonly project?: string | undefined;
  readonly journal?: JournalName | undefined;
  readonly skipTest?: boolean | undefined;
  readonly skipInstall?: boolean | undefined;
}

/**
 * The schematic behind `nest add nestjs-kicc`: wires `KiccModule` into the app's module, with a durable journal on what the app
 * keeps its data by, names the environment variables, adds what the wiring needs to the dependencies, and an example test.
 * Overwrites nothing of the app's; run twice, it changes nothing.
 */
export function nestAdd(options: NestAddOptions): Rule {
  return (tree, context) => {
    if (!isAQuestion(options, tree)) return add(options, tree, context);
    // One that has the question in its schema: where nobody can be asked, it goes on without an answer.
    return context.schematic.collection.createSchematic('ask-journal', true).call(options, of(tree), context);
  };
}

/** The same, when the journal was asked for. */
export function nestAddAsked(options: NestAddOptions): Rule {
  return (tree, context) => add(options, tree, context);
}

/** Whether package.json does not say which journal it is to be. */
function isAQuestion(options: NestAddOptions, tree: Tree): boolean {
  const manifest = readPackageJson(tree) ?? {};
  const source = read(tree, findApp(options, tree).module);
  const isWired = source !== undefined && 'isWired' in wireKiccModule(source);
  return options.journal === undefined && !isWired && journalsOf(manifest).length !== 1;
}

function add(options: NestAddOptions, tree: Tree, context: Context): undefined {
  const app = findApp(options, tree);
  const manifest = readPackageJson(tree);
  const plan = wire(app, manifest ?? {}, options, tree, context);
  nameVariables(plan?.databaseUrl === undefined ? [KICC_BLOCK] : [KICC_BLOCK, databaseBlock(plan.databaseUrl)], tree, context);
  if (manifest) {
    addPackages(manifest, plan?.packages, options, tree, context);
    if (!options.skipTest) addExampleTest(`${app.sourceRoot}/refunds/cancel-payment.spec.ts`, manifest, tree, context);
  } else {
    context.logger.warn('There is no package.json here, so neither dependencies nor the example test were added.');
  }
  const steps = [...(app.hearsShutdown ? [] : [SHUTDOWN]), ...(plan?.steps ?? [])];
  for (const step of steps) context.logger.info(`Left to you: ${step}`);
  return undefined;
}

/** @returns what was wired beside the module, if anything. */
function wire(
  app: App,
  manifest: PackageJson,
  { journal }: NestAddOptions,
  tree: Tree,
  { logger }: Context,
): JournalPlan | undefined {
  const source = read(tree, app.module);
  const before = source === undefined ? undefined : wireKiccModule(source);
  if (before && 'isWired' in before) {
    const standing = standingJournal(before.journal, app, tree);
    if (journal !== undefined && journal !== standing.is) {
      logger.warn(`${app.module} has KiccModule already, with ${standing.told}. Nothing was changed there. ${GUIDE}`);
    }
    return undefined;
  }
  const plan = choose(journal, manifest, app, tree, logger);
  const parts = plan?.parts ?? {};
  if (plan?.file && !tree.exists(plan.file.path)) tree.create(plan.file.path, plan.file.text);
  const wired = source === undefined ? ({ problem: 'is not there' } as const) : wireKiccModule(source, parts);
  if ('text' in wired) tree.overwrite(app.module, wired.text);
  else if ('problem' in wired)
    logger.warn(`${app.module} ${wired.problem}, so it was left as it is. Add this to your module:\n\n${wiringOf(parts)}`);
  return plan;
}

/**
 * The journal that was asked for, or the one that package.json tells of.
 * @throws {Error} if the one that was asked for cannot be wired.
 */
function choose(
  asked: JournalName | undefined,
  manifest: PackageJson,
  app: App,
  tree: Tree,
  logger: Context['logger'],
): JournalPlan | undefined {
  if (asked === 'none') return undefined;
  const found = asked === undefined ? journalsOf(manifest) : [asked];
  const [name, ...others] = found;
  if (name === undefined || name === 'none') {
    logger.info(`Refunds are kept in memory, for package.json names no client of a database. ${BEFORE_REAL_MONEY}`);
    return undefined;
  }
  if (others.length > 0) {
    logger.warn(`Refunds are kept in memory, for it could be ${found.join(' or ')}. ${BEFORE_REAL_MONEY}`);
    return undefined;
  }
  const plan = planOf(name, manifest, app, tree);
  if (!('problem' in plan)) return plan;
  if (asked !== undefined) throw new Error(`--journal ${name}: ${plan.problem} Nothing was changed. ${GUIDE}`);
  logger.warn(`Refunds are kept in memory. ${plan.problem} ${BEFORE_REAL_MONEY}`);
  return undefined;
}

const SHUTDOWN =
  'Call app.enableShutdownHooks() in main.ts, before app.listen(): what is on its way when the app is ended then comes to its answer.';
const GUIDE = 'See docs/journals.md of nestjs-kicc.';
const BEFORE_REAL_MONEY =
  'Before real money, give KiccModule a durable journal. Where there is no KiccModule yet, --journal typeorm, prisma, drizzle, ' +
  `pg, mysql2 or better-sqlite3 does it. ${GUIDE}`;

/** The journal that a module has already. */
function standingJournal(
  name: string | undefined,
  app: App,
  tree: Tree,
): { readonly is: JournalName | undefined; readonly told: string } {
  if (name === undefined) return { is: 'none', told: 'the journal in memory' };
  const path = journalFileOf(app);
  const base = name === 'KiccJournal' ? baseOf(read(tree, path) ?? '') : undefined;
  return { is: nameOfBase(base ?? name), told: `the journal ${name}${base ? `, a ${base} (${path})` : ''}` };
}

function nameVariables(blocks: readonly EnvBlock[], tree: Tree, { logger }: Context): void {
  const textOf = (kind: 'env' | 'example', missing: readonly EnvBlock[]): string =>
    missing.map((block) => block[kind]).join('\n');
  const missingIn = (text: string): readonly EnvBlock[] => blocks.filter((block) => !isIn(text, block));

  const example = read(tree, '.env.example');
  if (example === undefined) tree.create('.env.example', textOf('example', blocks));
  else if (missingIn(example).length > 0) {
    tree.overwrite('.env.example', `${example.replace(/\n*$/, '\n\n')}${textOf('example', missingIn(example))}`);
  }

  const env = read(tree, '.env');
  if (env === undefined) {
    tree.create('.env', textOf('env', blocks));
    logger.info('.env has the values of the simulator: npx kicc-simulator. For KICC itself, put in what KICC has given you.');
  } else if (missingIn(env).length > 0) {
    logger.warn(
      `.env is yours, so it was left as it is. Until it has these, the app does not start:\n\n${textOf('env', missingIn(env))}`,
    );
  }
  const ignored = read(tree, '.gitignore') ?? '';
  if (!/^\/?\.env\s*$/m.test(ignored)) logger.warn('Add .env to .gitignore before a real key is in it.');
}

function addPackages(
  manifest: PackageJson,
  more: Packages | undefined,
  { skipInstall }: NestAddOptions,
  tree: Tree,
  context: Context,
): void {
  const major = majorOf(manifest);
  if (major === undefined) {
    context.logger.warn('package.json does not say which Nest this is, so no dependencies were added. See the README.');
    return;
  }
  const text = read(tree, 'package.json') ?? '';
  const changed = addDependencies(text, major, more);
  if (changed === text) return;
  tree.overwrite('package.json', changed);
  if (skipInstall) return;
  const options = { command: 'install', quiet: true, packageManager: packageManagerOf(tree) };
  context.addTask({ toConfiguration: () => ({ name: 'node-package', options }) });
}

function addExampleTest(path: string, manifest: PackageJson, tree: Tree, { logger }: Context): void {
  const runner = testRunnerOf(manifest);
  if (runner === undefined) logger.warn('Neither Jest nor Vitest is among the devDependencies, so no example test was added.');
  else if (!tree.exists(path)) tree.create(path, exampleTest(runner));
}

function packageManagerOf(tree: Tree): string {
  if (tree.exists('pnpm-lock.yaml')) return 'pnpm';
  if (tree.exists('yarn.lock')) return 'yarn';
  return tree.exists('bun.lock') || tree.exists('bun.lockb') ? 'bun' : 'npm';
}

function readPackageJson(tree: Tree): PackageJson | undefined {
  return parse(tree, 'package.json') as PackageJson | undefined;
}
