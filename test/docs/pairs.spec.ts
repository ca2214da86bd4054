import { describe, expect, it } from '@jest/globals';
import { documents, read, withoutCode } from './markdown.js';

const guides = documents.filter((document) => document.startsWith('docs/') || document.startsWith('README'));
const inEnglish = guides.filter((document) => !document.endsWith('.ko.md'));
const twinOf = (document: string) => document.replace(/\.md$/, '.ko.md');

/** What a page is made of, whatever its language: the levels of its headings, and what its code and tables are. */
function shapeOf(document: string): object {
  const text = read(document);
  const prose = withoutCode(text);
  return {
    headings: [...prose.matchAll(/^(#+) /gm)].map(([, level]) => level),
    rows: [...prose.matchAll(/^\|/gm)].length,
    pictures: [...prose.matchAll(/!\[/g)].length,
    code: [...text.matchAll(/^```(\w+)$/gm)].map(([, language]) => language),
  };
}

/** Whether a link to a page stands above its first section. */
function linksTo(document: string, page: string): boolean {
  const [head] = read(document).split(/^## /m) as [string];
  return head.includes(`](${page.split('/').at(-1)})`);
}

describe('A guide and its Korean twin', () => {
  it('are all there', () => {
    expect(guides.filter((document) => document.endsWith('.ko.md'))).toEqual(inEnglish.map(twinOf).sort());
  });

  it.each(inEnglish)('%s: the one leads to the other, and both have the same parts', (document) => {
    const twin = twinOf(document);
    expect([linksTo(document, twin), linksTo(twin, document)]).toEqual([true, true]);
    expect(shapeOf(twin)).toEqual(shapeOf(document));
  });
});
