/** What is used of a schematic's tree. Declared here, so that the app's own devkit serves, whichever it is. */
export interface Tree {
  exists(path: string): boolean;
  read(path: string): { toString(encoding: 'utf8'): string } | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { visit(visitor: (path: string) => void): void };
}

export function read(tree: Tree, path: string): string | undefined {
  return tree.exists(path) ? tree.read(path)?.toString('utf8') : undefined;
}

export function parse(tree: Tree, path: string): unknown {
  const text = read(tree, path);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** The TypeScript files below a folder. */
export function sourcesIn(tree: Tree, folder: string): { readonly path: string; readonly text: string }[] {
  const paths: string[] = [];
  tree.getDir(folder).visit((path) => {
    if (path.endsWith('.ts')) paths.push(path.replace(/^\//, ''));
  });
  return paths.map((path) => ({ path, text: read(tree, path) ?? '' }));
}
