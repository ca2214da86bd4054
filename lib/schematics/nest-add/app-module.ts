import { posix } from 'node:path';
import { parse, read, type Tree } from './tree.js';

/** What is used of a nest-cli.json. */
interface Project {
  readonly sourceRoot?: string;
  readonly root?: string;
  readonly entryFile?: string;
}

/** Where an app is. */
export interface App {
  readonly sourceRoot: string;
  /** The file of the module that it starts with. */
  readonly module: string;
  /** What its imports of its own files end with: as an ES module it needs one. */
  readonly importEnding: '' | '.js';
  /** Whether its entry file has Nest call the hooks of its end, or is not there to look at. */
  readonly hearsShutdown: boolean;
}

/** @throws {Error} if there is no such project. */
export function findApp(
  options: { readonly sourceRoot?: string | undefined; readonly project?: string | undefined },
  tree: Tree,
): App {
  const { projects = {}, ...standard } = (parse(tree, 'nest-cli.json') ?? {}) as Project & {
    readonly projects?: Readonly<Record<string, Project>>;
  };
  const { project, sourceRoot: given } = options;
  const named = project === undefined ? undefined : projects[project];
  if (project !== undefined && !named) throw new Error(`nest-cli.json has no project ${project}.`);
  const sourceRoot = named ? sourceRootOf(named) : (given ?? standard.sourceRoot ?? 'src');
  // `nest add` itself gives a project by its folder.
  const { entryFile = 'main' } = named ?? Object.values(projects).find((one) => sourceRootOf(one) === sourceRoot) ?? standard;
  const entry = `${sourceRoot}/${entryFile}.ts`;
  const module = startedBy(entry, tree) ?? `${sourceRoot}/app.module.ts`;
  const texts = [entry, module].map((path) => read(tree, path) ?? '').join('\n');
  const importEnding = /\bfrom\s*['"]\.[^'"]*\.js['"]/.test(texts) ? '.js' : '';
  const started = read(tree, entry);
  return { sourceRoot, module, importEnding, hearsShutdown: started?.includes('enableShutdownHooks') ?? true };
}

function sourceRootOf({ sourceRoot, root = '.' }: Project): string {
  return sourceRoot ?? `${root}/src`;
}

/** The file of the module that `NestFactory` makes an app of. */
function startedBy(entry: string, tree: Tree): string | undefined {
  const text = read(tree, entry) ?? '';
  const name = /\bNestFactory\s*\.\s*create\w*\s*(?:<[^(]*>)?\s*\(\s*(\w+)/.exec(text)?.[1];
  const from = new RegExp(`\\bimport\\s*\\{[^}]*\\b${name}\\b[^}]*\\}\\s*from\\s*['"](\\.[^'"]*)['"]`).exec(text)?.[1];
  const path = from && `${posix.join(posix.dirname(entry), from.replace(/\.js$/, ''))}.ts`;
  return path && tree.exists(path) ? path : undefined;
}
