import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The repository. */
export const root = resolve(import.meta.dirname, '../..');

/** The documents that are checked, relative to the repository. */
export const documents = [
  'README.md',
  'README.ko.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(resolve(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A fenced block of a document. */
export interface CodeBlock {
  readonly document: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Whether `<!-- run -->` stands above it. */
  readonly run: boolean;
}

/** @returns the text of a document. */
export function read(document: string): string {
  return readFileSync(resolve(root, document), 'utf8');
}

/** @returns the text with every fenced block emptied, line by line, so that line numbers stay. */
export function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]+/g, ''));
}

/** @returns the fenced blocks of a document. */
export function codeBlocks(document: string): CodeBlock[] {
  const text = read(document);
  return [...text.matchAll(/(<!-- run -->\n+)?^```(\w+)\n([\s\S]*?)^```$/gm)].map(([whole, run, language, code]) => ({
    document,
    line: text.slice(0, text.indexOf(whole)).split('\n').length + (run ?? '').split('\n').length,
    language: language!,
    code: code!,
    run: run !== undefined,
  }));
}

/** @returns the anchors of a document's headings, as GitHub makes them. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of withoutCode(text).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = heading!
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; found.has(anchor); count++) anchor = `${slug}-${count}`;
    found.add(anchor);
  }
  return found;
}
