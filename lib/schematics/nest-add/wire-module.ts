/** The module with KICC in it, or why it is left as it is: it has it already, perhaps with a journal. */
export type Wired =
  { readonly text: string } | { readonly isWired: true; readonly journal?: string | undefined } | { readonly problem: string };

/** What is imported, and where from. */
export interface Named {
  readonly name: string;
  readonly from: string;
}

/** What `KiccModule` is given beside its options. */
export interface WiredParts {
  readonly journal?: Named | undefined;
  /** The module in which what the journal injects is exported. */
  readonly module?: Named | undefined;
}

const CONFIG = '@nestjs/config';
const KICC = 'nestjs-kicc';

const CONFIG_ENTRY = 'ConfigModule.forRoot(),';

function kiccEntry({ journal, module }: WiredParts): string[] {
  return [
    'KiccModule.forRootAsync({',
    `  imports: [ConfigModule${module ? `, ${module.name}` : ''}],`,
    '  inject: [ConfigService],',
    '  useFactory: (config: ConfigService) => ({',
    "    environment: config.getOrThrow<'test' | 'production'>(",
    "      'KICC_ENVIRONMENT',",
    '    ),',
    "    baseUrl: config.get<string>('KICC_BASE_URL'),",
    "    mallId: config.getOrThrow<string>('KICC_MALL_ID'),",
    "    secretKey: config.getOrThrow<string>('KICC_SECRET_KEY'),",
    '  }),',
    ...(journal ? [`  journal: ${journal.name},`] : []),
    '}),',
  ];
}

/** What to paste where the module could not be changed. */
export function wiringOf(parts: WiredParts): string {
  const statements = importsOf(parts).map(({ name, from }) => `import { ${name} } from '${from}';\n`);
  return `import { ConfigModule, ConfigService } from '${CONFIG}';
${statements.join('')}
imports: [
${indented([CONFIG_ENTRY, ...kiccEntry(parts)], '  ')}
]
`;
}

function importsOf({ journal, module }: WiredParts): Named[] {
  return [{ name: 'KiccModule', from: KICC }, journal, module].filter((one) => one !== undefined);
}

/**
 * Adds `KiccModule.forRootAsync` to the imports of the one `@Module` of a source file, and `ConfigModule.forRoot()` where the
 * file does not know `ConfigModule` yet. A file in a form that is not surely understood is not changed.
 */
export function wireKiccModule(source: string, parts: WiredParts = {}): Wired {
  const code = withoutTexts(source);
  const statements = [...code.matchAll(/^import\b[^'"]*(['"])[^'"]*\1[ \t]*;?/gm)].map(({ index, 0: { length } }) => ({
    index,
    text: source.slice(index, index + length),
  }));
  if (statements.some(({ text }) => isFrom(text, KICC))) {
    return { isWired: true, journal: /\bjournal\s*:\s*(\w+)/.exec(code)?.[1] };
  }
  const last = statements.at(-1);
  const modules = [...code.matchAll(/@Module\s*\(\s*\{/g)];
  const [module] = modules;
  if (!last) return { problem: 'has no import statements' };
  if (!module || modules.length > 1) return { problem: 'has no @Module({ … }), or several' };

  const knows = ({ name, from }: Named): boolean =>
    statements.some(({ text }) => isFrom(text, from) && new RegExp(`[{,]\\s*${name}\\s*[,}]`).test(text));
  const ofConfig = ['ConfigModule', 'ConfigService'].filter((name) => !knows({ name, from: CONFIG }));
  const entries = [...(ofConfig.includes('ConfigModule') ? [CONFIG_ENTRY] : []), ...kiccEntry(parts)];
  const withEntries = addToImports(source, code, module.index + module[0].length, entries);
  if (withEntries === undefined) return { problem: 'has its imports in a form that is not understood' };

  const quote = last.text.includes('"') ? '"' : "'";
  const end = last.text.endsWith(';') ? ';' : '';
  const statement = (names: readonly string[], from: string): string =>
    `\nimport { ${names.join(', ')} } from ${quote}${from}${quote}${end}`;
  const added = [
    ...(ofConfig.length > 0 ? [statement(ofConfig, CONFIG)] : []),
    ...importsOf(parts)
      .filter((one) => !knows(one))
      .map(({ name, from }) => statement([name], from)),
  ].join('');
  // All of them stand before the decorator, so what was found there still holds.
  const after = last.index + last.text.length;
  if (after > module.index) return { problem: 'imports something after its @Module' };
  return { text: withEntries.slice(0, after) + inLinesOf(source, added) + withEntries.slice(after) };
}

/** @param start behind the `{` of the decorator's object. */
function addToImports(source: string, code: string, start: number, entries: readonly string[]): string | undefined {
  const end = closing(code, start);
  if (end === undefined) return undefined;
  const own = onlyOutermost(code.slice(start, end));
  const named = [...own.matchAll(/(^|,)\s*imports\b/g)];
  // A second list, what is spread in, and keys that are computed or quoted may all be, or hold, imports.
  if (named.length > 1 || /\.\.\.|['"]\s*:|(^|,)\s*\[/.test(own)) return undefined;
  const put = (lines: string, from: number, to = from): string =>
    source.slice(0, from) + inLinesOf(source, lines) + source.slice(to);

  const [first] = named;
  if (!first) {
    const isFollowed = /^[ \t]*\r?\n/.test(code.slice(start));
    return put(`\n  imports: [\n${indented(entries, '    ')}\n  ],${isFollowed ? '' : '\n'}`, start);
  }
  const name = start + first.index + first[0].length;
  const opening = /^\s*:\s*\[/.exec(code.slice(name));
  if (!opening) return undefined;
  const from = name + opening[0].length;
  const to = closing(code, from);
  if (to === undefined) return undefined;
  const line = /[^\n]*$/.exec(source.slice(0, name - 'imports'.length))?.[0] ?? '';
  const base = line.trim() === '' ? line : '  ';
  const content = code.slice(from, to).trimEnd();
  const comma = content === '' || content.endsWith(',') ? '' : ',';
  const rest = source.slice(from + content.length, to).trimEnd();
  return put(`${comma}${rest}\n${indented(entries, `${base}  `)}\n${base}`, from + content.length, to);
}

/** Where the bracket closes that was opened just before `start`. */
function closing(code: string, start: number): number | undefined {
  let depth = 1;
  for (let index = start; index < code.length; index++) {
    const letter = code[index] as string;
    if ('([{'.includes(letter)) depth++;
    if (')]}'.includes(letter)) depth--;
    if (depth === 0) return index;
  }
  return undefined;
}

/** Code with everything inside further brackets blanked, so that what is left is the outermost properties. */
function onlyOutermost(code: string): string {
  let depth = 0;
  return [...code]
    .map((letter) => {
      if (')]}'.includes(letter)) depth--;
      const shown = depth === 0 || /\s/.test(letter) ? letter : ' ';
      if ('([{'.includes(letter)) depth++;
      return shown;
    })
    .join('');
}

/** Code of the same length whose comments are blanked, and what stands between quotes; the quotes stay. */
function withoutTexts(source: string): string {
  const blank = (text: string): string => text.replace(/[^\n\r]/g, ' ');
  return source.replace(/\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (text) =>
    text.startsWith('/') ? blank(text) : `${text[0]}${blank(text.slice(1, -1))}${text[0]}`,
  );
}

function isFrom(statement: string, name: string): boolean {
  return statement.includes(`'${name}'`) || statement.includes(`"${name}"`);
}

/** Lines that end as those of the file do. */
function inLinesOf(source: string, lines: string): string {
  return source.includes('\r\n') ? lines.replaceAll('\n', '\r\n') : lines;
}

function indented(lines: readonly string[], indent: string): string {
  return lines.map((line) => indent + line).join('\n');
}
