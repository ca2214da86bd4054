// Writes api/*.d.ts, what each entry point of the package promises to whoever compiles against it: every exported name, without
// comments and without what is private. With --check it only says whether dist still promises that. Needs dist.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const FOLDER = 'api';
const { name: packageName, exports: subpaths } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.entries(subpaths).flatMap(([subpath, conditions]) =>
  conditions.import ? [{ name: subpath === '.' ? 'index' : subpath.slice(2), file: resolve(conditions.import.types) }] : [],
);

const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', ts.sys.readFile).config, ts.sys, '.');
const files = entries.map(({ file }) => file);
const program = ts.createProgram(files, options);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const originOf = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const inPackage = (node) => node.getSourceFile().fileName.startsWith(resolve('dist'));
const isPrivate = (node) =>
  (node.name && ts.isPrivateIdentifier(node.name)) || (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;

/** Calls back with each symbol that the package declares at the top of a file, and that a node names. */
function eachNamed(node, isSeen, callback) {
  if (!isSeen(node)) return;
  const named = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
  const [declaration] = (named && originOf(named).declarations) ?? [];
  const statement = declaration && ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  if (statement?.parent && ts.isSourceFile(statement.parent) && inPackage(statement)) callback(originOf(named));
  ts.forEachChild(node, (child) => eachNamed(child, isSeen, callback));
}

/** Whether somebody outside can use a piece of a declaration: a constructor that needs what is not exported is the module's own. */
function isUsable(node, exported) {
  if (isPrivate(node)) return false;
  if (!ts.isConstructorDeclaration(node)) return true;
  let needsOthers = false;
  eachNamed(
    node,
    () => true,
    (symbol) => (needsOthers ||= !exported.has(symbol)),
  );
  return !needsOthers;
}

function textOf(declaration, exported) {
  const usable = (context) => {
    const visit = (node) => {
      if (!isUsable(node, exported)) return undefined;
      // In which file a type stands is of no interest outside.
      const isImported = ts.isImportTypeNode(node) && node.qualifier && node.argument.literal.text.startsWith('.');
      const named = isImported ? context.factory.createTypeReferenceNode(node.qualifier, node.typeArguments) : node;
      return ts.visitEachChild(named, visit, context);
    };
    return visit;
  };
  const [node] = ts.transform(declaration, [usable]).transformed;
  const text = printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile());
  return ts.isVariableDeclaration(declaration) ? `const ${text};` : text.replace(/^(export )?(declare )?/, '');
}

const exportsOf = (file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));

/** What an entry point exports, then what that is made of without being exported. */
function report({ file }, ofMain) {
  const symbols = exportsOf(file).map(originOf);
  const exported = new Set([...ofMain, ...symbols]);
  const reached = new Set(symbols.filter((symbol) => !ofMain.has(symbol)));
  const texts = { own: [], inner: [] };
  for (const symbol of reached) {
    for (const declaration of symbol.declarations.filter(inPackage)) {
      eachNamed(
        declaration,
        (node) => isUsable(node, exported),
        (named) => ofMain.has(named) || reached.add(named),
      );
      const text = textOf(declaration, exported);
      if (exported.has(symbol)) texts.own.push(`export ${text}`);
      else texts.inner.push(text);
    }
  }
  const again = symbols.filter((symbol) => ofMain.has(symbol)).map(({ name }) => name);
  return [
    '// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.',
    ...(again.length > 0 ? [`export { ${again.sort().join(', ')} } from '${packageName}';`] : []),
    ...texts.own.sort(),
    ...(texts.inner.length > 0 ? ['// Not exported by name, but what the above is made of.', ...texts.inner.sort()] : []),
  ].join('\n\n');
}

/** The lines that one text has and the other has not. */
function differing(before, after) {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}

const ofMain = new Set(exportsOf(files[0]).map(originOf));
const reports = new Map();
for (const entry of entries) {
  const path = join(FOLDER, `${entry.name}.d.ts`);
  const text = report(entry, entry === entries[0] ? new Set() : ofMain);
  reports.set(path, await format(text, { ...(await resolveConfig(path)), parser: 'typescript' }));
}

if (process.argv.includes('--check')) {
  const kept = new Map(readdirSync(FOLDER).map((name) => [join(FOLDER, name), readFileSync(join(FOLDER, name), 'utf8')]));
  const changed = [...new Set([...kept.keys(), ...reports.keys()])].filter((path) => kept.get(path) !== reports.get(path));
  for (const path of changed) console.error(`${path}\n${differing(kept.get(path) ?? '', reports.get(path) ?? '')}\n`);
  if (changed.length > 0) {
    console.error('The public types have changed. If they are to, run npm run docs:api, and say it in CHANGELOG.md.');
    process.exit(1);
  }
  console.log(`The public types are as in ${FOLDER}.`);
} else {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  for (const [path, text] of reports) writeFileSync(path, text);
}
