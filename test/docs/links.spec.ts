import { describe, expect, it } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { anchors, documents, read, root, withoutCode } from './markdown.js';

/** Links and pictures of Markdown, and those written as HTML. */
const LINK = /\]\(([^)\s]+)(?: "[^"]*")?\)|(?:href|src)="([^"]+)"/g;

function brokenLinks(document: string, text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(LINK)].flatMap(([, markdown, html]) => {
    const link = (markdown ?? html)!;
    if (/^(https?:|mailto:)/.test(link)) return [];
    const [path, anchor] = link.split('#') as [string, string?];
    const target = resolve(root, dirname(document), path);
    if (path !== '' && !(target.startsWith(root) && existsSync(target))) return [`${link}: there is no such file`];
    if (anchor === undefined) return [];
    if (path !== '' && !statSync(target).isFile()) return [`${link}: a folder has no anchors`];
    const known = anchors(path === '' ? text : read(target));
    return known.has(decodeURIComponent(anchor)) ? [] : [`${link}: there is no such heading`];
  });
}

describe('Links of the documents', () => {
  it.each(documents)('%s', (document) => {
    expect(brokenLinks(document, read(document))).toEqual([]);
  });

  it('finds what is broken', () => {
    const text =
      '# 무엇을 믿나\n[a](#무엇을-믿나) [b](#무엇을-믿니) [c](nowhere.md) [d](outcomes.md#no-such-heading) [e](shop#a)';
    expect(brokenLinks('docs/made-up.md', text)).toEqual([
      '#무엇을-믿니: there is no such heading',
      'nowhere.md: there is no such file',
      'outcomes.md#no-such-heading: there is no such heading',
      'shop#a: a folder has no anchors',
    ]);
  });
});
