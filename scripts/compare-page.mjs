// Holds KICC's "Cancel Payment" page against the declared rows, and prints a table of both, with what is taken and what is
// refused, as the code that checks requests and reads answers says. The page is KICC's, so its text is not in this repository:
//   npm run docs:page -- <file with the page's text in Markdown>
// Ends with 1 where a row of the page is missing, or is another here.
import { readFileSync } from 'node:fs';
import { checkFields } from '../dist/esm/protocol/check-fields.js';
import { checkReviseRequest } from '../dist/esm/protocol/check-revise-request.js';
import { decodeObject } from '../dist/esm/protocol/decode.js';
import { reviseRequestFields } from '../dist/esm/protocol/revise-request.js';
import { reviseResponseFields } from '../dist/esm/protocol/revise-response.js';

const [file] = process.argv.slice(2);
if (!file) {
  console.error('Name the file with the text of the page: npm run docs:page -- <file>');
  process.exit(2);
}

const SIDES = { Request: reviseRequestFields, Response: reviseResponseFields };
const TYPES = { text: 'String', won: 'Number', object: 'Object' };

/** The rows of the page's tables: of a request or an answer, by path; and its codes of changes. */
function readPage(text) {
  const rows = [];
  const codes = [];
  let side;
  let heading = '';
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (Object.hasOwn(SIDES, line)) side = line;
    if (!line.startsWith('|')) {
      if (line !== '') heading = line;
      continue;
    }
    const [name, ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (/^\d\d$/.test(name)) codes.push({ code: name, service: cells[0] });
    const [type, ...rest] = cells;
    if (!Object.values(TYPES).includes(type)) continue;
    const within = heading === 'Parameters' ? '' : `${heading.replace(/ *\(.*/, '').replaceAll(' > ', '.')}.`;
    const bytes = rest.map((cell) => /^(\d+)Byte$/.exec(cell)?.[1]).find(Boolean);
    rows.push({ side, path: within + name, type, bytes: bytes && Number(bytes), required: rest.includes('✅') });
  }
  return { rows, codes };
}

function fieldAt(fields, path) {
  const [name, ...inner] = path.split('.');
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return field && inner.length > 0 ? fieldAt(field.fields, inner.join('.')) : field;
}

function pathsOf(fields, prefix = '') {
  return Object.entries(fields).flatMap(([name, field]) => [
    prefix + name,
    ...(field.kind === 'object' ? pathsOf(field.fields, `${prefix}${name}.`) : []),
  ]);
}

const shape = ({ type, bytes, required }) =>
  [type, bytes && `${bytes} bytes`, required && 'required'].filter(Boolean).join(', ');
const ownShape = (field) => shape({ type: TYPES[field.kind], bytes: field.maxBytes, required: field.required });

/** What may be given for a row of a request, by what is tried. */
function probesOf(field) {
  const { kind, maxBytes, min, oneOf } = field;
  if (kind === 'object') return { 'an array': [], 'a text': '{}' };
  if (kind === 'won') {
    return {
      [`${min} won`]: min,
      [`${min - 1} won`]: min - 1,
      '1.5 won': 1.5,
      'won in text': '1',
      'too many to count': 2 ** 53,
    };
  }
  if (oneOf) return { ...Object.fromEntries(oneOf.map((one) => [one, one])), 'another value': '?', 'no text': 1 };
  const letters = Math.floor(maxBytes / 3);
  return {
    [`${maxBytes} letters of a byte`]: 'x'.repeat(maxBytes),
    [`${maxBytes + 1} of them`]: 'x'.repeat(maxBytes + 1),
    ...(letters > 0 ? { [`${letters} Korean letters`]: '가'.repeat(letters) } : {}),
    [`${letters + 1} Korean letters`]: '가'.repeat(letters + 1),
    ...Object.fromEntries([...`'"<>\\;|&`].map((one) => [one === '|' ? '\\|' : one, one])),
    'a line break': '\n',
    'white space': ' ',
    'an emoji': '\u2600',
    'U+FFFD': '\ufffd',
    'a letter that shows nothing': '\u3164',
    'a letter in parts': 'e\u0301',
    'an empty text': '',
    'no text': 1,
  };
}

/** What is taken, and what is refused by which rule. */
function verdictsOn(field) {
  if (field.filledBy === 'library') return ['filled in by the library', 'any value of a caller’s: `filledByLibrary`'];
  const taken = [];
  const refused = new Map();
  for (const [name, value] of Object.entries(probesOf(field))) {
    const [found] = checkFields({ it: field }, { it: value }, 'caller');
    if (found) refused.set(found.rule, [...(refused.get(found.rule) ?? []), name]);
    else taken.push(name);
  }
  return [
    taken.join(', '),
    [...refused].map(([rule, names]) => `${names.join(rule === 'blockedCharacter' ? ' ' : ', ')}: \`${rule}\``).join('; '),
  ];
}

/** In an answer, what is read as its row says, and what is only kept beside. */
function readingsOf(field) {
  const probes = {
    'a text': 'x',
    'digits in text': '12',
    'a number': 12,
    'an object': { x: 1 },
    'an empty text': '',
    null: null,
  };
  const read = [];
  const beside = [];
  const absent = [];
  for (const [name, value] of Object.entries(probes)) {
    const found = decodeObject({ it: field }, { it: value });
    (found.it !== undefined ? read : found.extra ? beside : absent).push(name);
  }
  return [read.join(', '), `kept under \`extra\`: ${beside.join(', ')}; absent: ${absent.join(', ')}`];
}

/** What goes with a code of a change: an amount or none. */
function verdictsOnCode(reviseTypeCode) {
  const request = { shopTransactionId: 'r', pgCno: '1', reviseTypeCode };
  const given = {
    'no amount': {},
    'an amount': { amount: 1 },
    'an amount equal to approvedAmount': { amount: 1, approvedAmount: 1 },
  };
  const taken = [];
  const refused = [];
  for (const [name, more] of Object.entries(given)) {
    try {
      const { amount } = checkReviseRequest({ ...request, ...more }, ['T0000001']);
      taken.push('amount' in more && amount === undefined ? `${name}, which is left out` : name);
    } catch ({ violations: [{ rule }] }) {
      refused.push(`${name}: \`${rule}\``);
    }
  }
  return [taken.join(', '), refused.join('; ')];
}

const page = readPage(readFileSync(file, 'utf8'));
if (page.rows.length === 0) {
  console.error(`${file} has no tables of fields.`);
  process.exit(2);
}
const different = [];
for (const [side, fields] of Object.entries(SIDES)) {
  console.log(
    `\n## ${side}\n\n| Field | KICC's page | Here | Taken | ${side === 'Request' ? 'Refused, and why' : 'Otherwise'} |\n|---|---|---|---|---|`,
  );
  const rows = page.rows.filter((row) => row.side === side);
  for (const row of rows) {
    const field = fieldAt(fields, row.path);
    const own = field ? ownShape(field) : 'missing';
    if (own !== shape(row)) different.push(`${side} ${row.path}: ${shape(row)} on the page, ${own} here`);
    const [taken, otherwise] = field ? (side === 'Request' ? verdictsOn(field) : readingsOf(field)) : ['', ''];
    console.log(`| \`${row.path}\` | ${shape(row)} | ${own} | ${taken} | ${otherwise} |`);
  }
  const beyond = pathsOf(fields).filter((path) => !rows.some((row) => row.path === path));
  console.log(`\nBeyond the page: ${beyond.map((path) => `\`${path}\``).join(', ')}.`);
}
console.log("\n## Change Type Codes\n\n| Code | KICC's page | Taken with | Refused with, and why |\n|---|---|---|---|");
for (const { code, service } of page.codes) {
  const [taken, refused] = verdictsOnCode(code);
  if (taken === '') different.push(`code ${code}: ${service} on the page, never taken here`);
  console.log(`| ${code} | ${service} | ${taken} | ${refused} |`);
}
if (different.length > 0) {
  console.error(`\nNot as on the page:\n${different.map((one) => `  - ${one}`).join('\n')}`);
  process.exit(1);
}
