// Writes docs/fields.md from the declared rows; with --check it only says whether the file is up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { reviseRequestFields } from '../dist/esm/protocol/revise-request.js';
import { retrieveRequestFields } from '../dist/esm/protocol/retrieve-transaction.js';
import { reviseResponseFields } from '../dist/esm/protocol/revise-response.js';

const FILE = 'docs/fields.md';

function typeOf(field) {
  if (field.kind === 'text') return field.oneOf ? field.oneOf.map((value) => `\`${value}\``).join(', ') : 'String';
  return field.kind === 'won' ? 'Number (KRW)' : 'Object';
}

function rows(fields, prefix = '') {
  return Object.entries(fields).flatMap(([name, field]) => [
    `| \`${prefix}${name}\` | ${typeOf(field)} | ${field.maxBytes ?? ''} | ${field.required ? '✅' : ''} | ${
      field.filledBy === 'library' ? 'library' : ''
    } | ${field.en} | ${field.ko} |`,
    ...(field.kind === 'object' ? rows(field.fields, `${prefix}${name}.`) : []),
  ]);
}

function table(title, fields) {
  return `## ${title}\n\n| Field | Type | Bytes | Required | Filled by | Meaning | 설명 |\n|---|---|---|---|---|---|---|\n${rows(fields).join('\n')}\n`;
}

const text = await format(
  `# KICC's fields

Written by \`npm run docs:fields\` from the rows that validation, decoding, DTOs and the simulator use. Bytes are of UTF-8,
or of EUC-KR where option \`byteLengths\` says so.
A row that the library fills in is never given by the caller.

${table('`POST /api/trades/revise`: request', reviseRequestFields)}
${table('`POST /api/trades/revise`: answer', reviseResponseFields)}
${table('`POST /api/trades/retrieveTransaction`: request', retrieveRequestFields)}`,
  { ...(await resolveConfig(FILE)), parser: 'markdown' },
);

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    console.error(`${FILE} does not match the declared rows. Run: npm run docs:fields`);
    process.exit(1);
  }
  console.log(`${FILE} matches the declared rows.`);
} else {
  mkdirSync('docs', { recursive: true });
  writeFileSync(FILE, text);
}
