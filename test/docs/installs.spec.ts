import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const PAGES = [
  'README.md',
  'README.ko.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** The commands that install something, in code and in the text. */
function commandsOf(page: string): readonly string[] {
  return readFileSync(page, 'utf8').match(/npm install [^\n`#(]*/g) ?? [];
}

describe.each(PAGES)('%s', (page) => {
  it("names the version of Nest's packages, whose newest is ESM alone", () => {
    const packages = commandsOf(page).flatMap((command) => command.match(/@nestjs\/\S+/g) ?? []);
    expect(packages.filter((name) => !/@\d+$/.test(name))).toEqual([]);
  });

  it('installs the same in both languages', () => {
    const twin = page.endsWith('.ko.md') ? page.replace('.ko.md', '.md') : page.replace('.md', '.ko.md');
    if (!PAGES.includes(twin)) return;
    const packages = (of: string): string[] => commandsOf(of).map((command) => command.trim());
    expect(packages(page)).toEqual(packages(twin));
  });
});
