import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { codeBlocks, documents, read, root, type CodeBlock } from './markdown.js';

const guides = documents.filter((document) => document !== 'CHANGELOG.md');
const blocks = guides.flatMap(codeBlocks).filter(({ language }) => language === 'ts');

/** A snippet may leave these imports to its reader. Where two export one name, the first counts. */
const READERS_IMPORTS = [
  'nestjs-kicc',
  'nestjs-kicc/typeorm',
  'nestjs-kicc/bullmq',
  'nestjs-kicc/testing',
  '@nestjs/common',
  '@nestjs/config',
  '@nestjs/testing',
  '@nestjs/typeorm',
  '@nestjs/bullmq',
  'typeorm',
  'bullmq',
  'rxjs',
  '@nestjs/axios',
  '@jest/globals',
];

/** What an app of `nest new` has, which is what the reader has. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  noEmit: true,
};

const CONTEXT = resolve(root, 'test/docs/snippet-context.d.ts');

/** @returns a program of texts, by paths at which there is nothing, and of real files. */
function programOf(texts: ReadonlyMap<string, string>, files: readonly string[] = []): ts.Program {
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => texts.has(path) || disk.fileExists(path),
    readFile: (path) => texts.get(path) ?? disk.readFile(path),
    getSourceFile: (path, version, ...rest) => {
      const text = texts.get(path);
      return text === undefined ? disk.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version, true);
    },
  };
  return ts.createProgram([...files, ...texts.keys()], OPTIONS, host);
}

/** @returns the errors of the blocks, as `document:line: message`. Each is a module of one program. */
function typeErrors(checked: readonly CodeBlock[]): string[] {
  const exported = exportedNames();
  const files = new Map(
    checked.map((block, index) => [
      resolve(root, `docs/snippet-${index}.ts`),
      { block, text: `export {}; ${importsFor(block.code, exported)}${block.code}` },
    ]),
  );
  const program = programOf(new Map([...files].map(([path, { text }]) => [path, text])), [CONTEXT]);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    const block = file && files.get(file.fileName)?.block;
    if (!block) return `${file?.fileName ?? 'options'}: ${message}`;
    return `${block.document}:${block.line + ts.getLineAndCharacterOfPosition(file, start!).line}: ${message}`;
  });
}

/** @returns which of the modules above exports a name. */
function exportedNames(): Map<string, string> {
  const path = resolve(root, 'docs/imports.ts');
  const text = READERS_IMPORTS.map((name, index) => `import * as m${index} from '${name}';`).join('\n');
  const program = programOf(new Map([[path, text]]));
  const checker = program.getTypeChecker();
  const names = new Map<string, string>();
  for (const statement of program.getSourceFile(path)!.statements) {
    const { text: module } = (statement as ts.ImportDeclaration).moduleSpecifier as ts.StringLiteral;
    const symbol = checker.getSymbolAtLocation((statement as ts.ImportDeclaration).moduleSpecifier);
    if (!symbol) throw new Error(`There is no ${module}: npm run build comes first`);
    for (const { name } of checker.getExportsOfModule(symbol)) if (!names.has(name)) names.set(name, module);
  }
  return names;
}

/** @returns imports, on one line, of what a block names and neither imports nor declares. */
function importsFor(code: string, exported: ReadonlyMap<string, string>): string {
  const own = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const declares =
        (ts.isImportSpecifier(parent) ||
          ts.isClassDeclaration(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent)) &&
        parent.name === node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) &&
        parent.name === node;
      if (declares) own.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('block.ts', code, ts.ScriptTarget.ES2022, true));
  return [...used]
    .filter((name) => exported.has(name) && !own.has(name))
    .map((name) => `import { ${name} } from '${exported.get(name)!}'; `)
    .join('');
}

/** @returns what a block does, without comments. */
function compiled({ code }: CodeBlock): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { ...OPTIONS, noEmit: false, module: ts.ModuleKind.ES2022, removeComments: true },
  });
  return outputText;
}

describe('Snippets of the documents', () => {
  const made = (code: string): CodeBlock => ({ document: 'made-up.md', line: 7, language: 'ts', run: false, code });
  const wrong = [
    made("await payments.cancel({\n  shopTransactionId: 'refund-1',\n});\n"),
    made('const outcome = await payments.settle(refundId);\noutcome.state;\n'),
    made('nobodyKnows();\n'),
  ];
  let errors: string[];

  beforeAll(() => {
    errors = typeErrors([...blocks, ...wrong]);
  }, 60_000);

  it('type-check against the built package', () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect(errors.filter((error) => !error.startsWith('made-up.md'))).toEqual([]);
  });

  it('are really checked', () => {
    const found = errors.filter((error) => error.startsWith('made-up.md'));
    expect(found).toHaveLength(3);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^made-up\.md:7: .*pgCno/s),
        expect.stringMatching(/^made-up\.md:8: .*'state'/s),
        expect.stringMatching(/^made-up\.md:7: .*'nobodyKnows'/s),
      ]),
    );
  });

  const runnable = blocks.filter(({ run }) => run);

  it.each(runnable.map((block) => [`${block.document}:${block.line}`, block] as const))('%s runs', (name, block) => {
    const folder = resolve(root, 'build/snippets');
    mkdirSync(folder, { recursive: true });
    const path = resolve(folder, `${name.replace(/\W/g, '-')}.mjs`);
    writeFileSync(path, compiled(block));
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8', cwd: folder, timeout: 25_000 });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  it('do the same in both languages where they run', () => {
    const inEnglish = runnable.filter(({ document }) => !document.endsWith('.ko.md'));
    const inKorean = runnable.filter(({ document }) => document.endsWith('.ko.md'));
    expect(inEnglish.map(({ document }) => document)).toEqual(
      expect.arrayContaining(['docs/getting-started.md', 'docs/testing.md']),
    );
    expect(inKorean.map(({ document }) => document.replace('.ko.md', '.md'))).toEqual(
      inEnglish.map(({ document }) => document),
    );
    expect(inKorean.map(compiled)).toEqual(inEnglish.map(compiled));
  });

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(([, script]) => script!),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});
