import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { codeBlocks } from './markdown.js';

const PORTS = ['kysely-client', 'knex-client', 'mikro-orm-client'];

/** However wide the page is on which it stands. */
const folded = (code: string): string => code.replace(/\s+/g, ' ').replace(/, }/g, ' }').trim();

/** A port that the tests hold to the contracts, as a shop would write it. */
function recipeOf(port: string): string {
  const text = readFileSync(`test/clients/ports/${port}.ts`, 'utf8');
  return text.replaceAll("'../../../lib/sql/sql-database.js'", "'nestjs-kicc/sql'");
}

describe.each(['docs/journals.md', 'docs/journals.ko.md'])('the recipes of %s', (document) => {
  it('are those that are tested', () => {
    const blocks = codeBlocks(document).filter(({ language }) => language === 'typescript');
    expect(blocks.map(({ code }) => folded(code))).toEqual(PORTS.map((port) => folded(recipeOf(port))));
  });
});
