import { addDependencies, majorOf, type PackageJson } from './dependencies.js';
import { ENV_EXAMPLE, ENV_FOR_SIMULATOR, hasKiccVariables } from './env-files.js';
import { exampleTest, testRunnerOf } from './example-test.js';
import { WIRING, wireKiccModule } from './wire-module.js';

/** What is used of a schematic's tree. Declared here, so that the app's own devkit serves, whichever it is. */
interface Tree {
  exists(path: string): boolean;
  read(path: string): { toString(encoding: 'utf8'): string } | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
}

/** What is used of a schematic's context. */
interface Context {
  readonly logger: { info(message: string): void; warn(message: string): void };
  addTask(task: { toConfiguration(): { readonly name: string; readonly options: object } }): unknown;
}

/** Options of `nest add nestjs-kicc`. */
export interface NestAddOptions {
  readonly sourceRoot?: string | undefined;
  readonly project?: string | undefined;
  readonly skipTest?: boolean | undefined;
  readonly skipInstall?: boolean | undefined;
}

/**
 * The schematic behind `nest add nestjs-kicc`: wires `KiccModule` into the app's module, names the environment variables, adds
 * what the wiring needs to the dependencies, and an example test. Overwrites nothing of the app's; run twice, it changes
 * nothing.
 */
export function nestAdd(options: NestAddOptions): (tree: Tree, context: Context) => void {
  return (tree, context) => {
    const sourceRoot = sourceRootOf(options, tree);
    wire(`${sourceRoot}/app.module.ts`, tree, context);
    nameVariables(tree, context);
    const manifest = readPackageJson(tree);
    if (manifest) {
      addPackages(manifest, options, tree, context);
      if (!options.skipTest) addExampleTest(`${sourceRoot}/refunds/cancel-payment.spec.ts`, manifest, tree, context);
    } else {
      context.logger.warn('There is no package.json here, so neither dependencies nor the example test were added.');
    }
  };
}

function sourceRootOf({ sourceRoot, project }: NestAddOptions, tree: Tree): string {
  const { sourceRoot: standing, projects } = (parse(tree, 'nest-cli.json') ?? {}) as {
    readonly sourceRoot?: string;
    readonly projects?: Readonly<Record<string, { readonly sourceRoot?: string; readonly root?: string }>>;
  };
  if (project !== undefined) {
    const found = projects?.[project];
    if (!found) throw new Error(`nest-cli.json has no project ${project}.`);
    return found.sourceRoot ?? `${found.root ?? '.'}/src`;
  }
  return sourceRoot ?? standing ?? 'src';
}

function wire(path: string, tree: Tree, { logger }: Context): void {
  const source = read(tree, path);
  const wired = source === undefined ? ({ problem: 'is not there' } as const) : wireKiccModule(source);
  if ('text' in wired) tree.overwrite(path, wired.text);
  else if ('problem' in wired)
    logger.warn(`${path} ${wired.problem}, so it was left as it is. Add this to your module:\n\n${WIRING}`);
}

function nameVariables(tree: Tree, { logger }: Context): void {
  const example = read(tree, '.env.example');
  if (example === undefined) tree.create('.env.example', ENV_EXAMPLE);
  else if (!hasKiccVariables(example)) tree.overwrite('.env.example', `${example.replace(/\n*$/, '\n\n')}${ENV_EXAMPLE}`);

  const env = read(tree, '.env');
  if (env === undefined) {
    tree.create('.env', ENV_FOR_SIMULATOR);
    logger.info('.env has the values of the simulator: npx kicc-simulator. For KICC itself, put in what KICC has given you.');
  } else if (!hasKiccVariables(env)) {
    logger.warn(`.env is yours, so it was left as it is. Until it has these, the app does not start:\n\n${ENV_FOR_SIMULATOR}`);
  }
  const ignored = read(tree, '.gitignore') ?? '';
  if (!/^\/?\.env\s*$/m.test(ignored)) logger.warn('Add .env to .gitignore before a real key is in it.');
}

function addPackages(manifest: PackageJson, { skipInstall }: NestAddOptions, tree: Tree, context: Context): void {
  const major = majorOf(manifest);
  if (major === undefined) {
    context.logger.warn('package.json does not say which Nest this is, so no dependencies were added. See the README.');
    return;
  }
  const text = read(tree, 'package.json') ?? '';
  const changed = addDependencies(text, major);
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

function parse(tree: Tree, path: string): unknown {
  const text = read(tree, path);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function read(tree: Tree, path: string): string | undefined {
  return tree.exists(path) ? tree.read(path)?.toString('utf8') : undefined;
}
