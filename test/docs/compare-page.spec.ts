import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { root } from './markdown.js';

const folder = mkdtempSync(join(tmpdir(), 'kicc-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

// In the form of the page's text: where a cell is empty, those after it may stand in its place.
const PAGE = `Request
Parameters
| Field Name | Type | Length | Required | Description |
|---|---|---|---|---|
| pgCno | String | 20Byte | ✅ | Original |
| amount | Number | Amount | ||
| taxInfo | Object | Tax | ||
taxInfo (Tax)
| Field Name | Type | Length | Required | Description |
| vatAmount | Number | ✅ | VAT | |
Response
Parameters
| reviseInfo | Object | Info | ||
reviseInfo > cardInfo (Card)
| couponAmount | Number | ✅ | Coupon | |
Codes
| Code | Service Name | Description |
| 40 | Full Cancel | All |
`;

function compare(text: string) {
  const file = join(folder, 'page.md');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync('node', ['scripts/compare-page.mjs', file], { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe("KICC's page beside the rows", () => {
  it('is a table of both, with what is taken and refused', () => {
    const { status, stdout, stderr } = compare(PAGE);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\| `pgCno` \| String, 20 bytes, required \| String, 20 bytes, required \|.*21 of them.*`maxBytes`/);
    expect(stdout).toContain('| `taxInfo.vatAmount` | Number, required | Number, required | 0 won |');
    expect(stdout).toMatch(
      /\| `reviseInfo.cardInfo.couponAmount` \| Number, required \| Number, required \| digits in text, a number/,
    );
    expect(stdout).toMatch(/\| 40 \| Full Cancel \| no amount, .*left out \| an amount: `notForThisType` \|/);
  });

  it.each([
    ['another length', ['20Byte', '19Byte'], 'pgCno: String, 19 bytes, required on the page, String, 20 bytes, required here'],
    ['a row that is missing here', ['| amount |', '| fee |'], 'fee: Number on the page, missing here'],
    ['a code that is missing here', ['| 40 |', '| 41 |'], 'code 41: Full Cancel on the page, never taken here'],
  ] as const)('is not held to by %s', (_, [from, to], told) => {
    const { status, stderr } = compare(PAGE.replace(from, to));
    expect(stderr).toContain(told);
    expect(status).toBe(1);
  });

  it('is none without a table', () => {
    expect(compare('# A page\n').status).toBe(2);
  });
});
