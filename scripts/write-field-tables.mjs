// Writes docs/fields.md and its Korean twin from the declared rows; with --check it only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { reviseRequestFields } from '../dist/esm/protocol/revise-request.js';
import { retrieveRequestFields } from '../dist/esm/protocol/retrieve-transaction.js';
import { reviseResponseFields } from '../dist/esm/protocol/revise-response.js';

const PAGES = {
  'docs/fields.md': {
    head: `# KICC's fields

[한국어](fields.ko.md)

Written by \`npm run docs:fields\` from the rows that validation, decoding, DTOs and the simulator use. Bytes are of UTF-8,
or of EUC-KR where option \`byteLengths\` says so.
A row that the library fills in is never given by the caller.`,
    columns: ['Field', 'Type', 'Bytes', 'Required', 'Filled by', 'Meaning'],
    library: 'library',
    meaning: ({ en }) => en,
    request: 'request',
    answer: 'answer',
  },
  'docs/fields.ko.md': {
    head: `# KICC의 필드

[English](fields.md)

검증과 디코딩, DTO, 시뮬레이터가 쓰는 정의에서 \`npm run docs:fields\`로 생성한 페이지입니다. 바이트는 UTF-8 기준이고, \`byteLengths\` 옵션으로
EUC-KR 기준으로 바꿀 수 있습니다. 라이브러리가 채우는 필드는 호출할 때 넘기지 않습니다.`,
    columns: ['필드', '타입', '바이트', '필수', '채우는 쪽', '설명'],
    library: '라이브러리',
    meaning: ({ ko }) => ko,
    request: '요청',
    answer: '응답',
  },
};

function typeOf(field) {
  if (field.kind === 'text') return field.oneOf ? field.oneOf.map((value) => `\`${value}\``).join(', ') : 'String';
  return field.kind === 'won' ? 'Number (KRW)' : 'Object';
}

function rows(fields, page, prefix = '') {
  return Object.entries(fields).flatMap(([name, field]) => {
    const by = field.filledBy === 'library' ? page.library : '';
    const cells = [
      `\`${prefix}${name}\``,
      typeOf(field),
      field.maxBytes ?? '',
      field.required ? '✅' : '',
      by,
      page.meaning(field),
    ];
    return [`| ${cells.join(' | ')} |`, ...(field.kind === 'object' ? rows(field.fields, page, `${prefix}${name}.`) : [])];
  });
}

function textOf(page) {
  const table = (title, fields) =>
    `## ${title}\n\n| ${page.columns.join(' | ')} |\n|${page.columns.map(() => '---|').join('')}\n${rows(fields, page).join('\n')}`;
  return [
    page.head,
    table(`\`POST /api/trades/revise\`: ${page.request}`, reviseRequestFields),
    table(`\`POST /api/trades/revise\`: ${page.answer}`, reviseResponseFields),
    table(`\`POST /api/trades/retrieveTransaction\`: ${page.request}`, retrieveRequestFields),
  ].join('\n\n');
}

const isCheck = process.argv.includes('--check');
for (const [file, page] of Object.entries(PAGES)) {
  const text = await format(textOf(page), { ...(await resolveConfig(file)), parser: 'markdown' });
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} does not match the declared rows. Run: npm run docs:fields`);
    process.exitCode = 1;
  } else console.log(`${file} matches the declared rows.`);
}
