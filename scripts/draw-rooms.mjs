// Draws which room of lib/ imports which, from the imports themselves, into docs/architecture.md and its Korean twin. With --check it
// only says whether they are up to date. Fails where rooms import each other in a circle.
import { readFileSync, writeFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.mjs';

const PAGES = ['docs/architecture.md', 'docs/architecture.ko.md'];
/** The files that put the rooms together. They stand beside the rooms, and are drawn as one. */
const WIRING = 'kicc.module';

/** The room of a file; undefined for what is not drawn: other packages, and the entry point, which imports everything. */
function roomOf(file) {
  const [, room] = /^lib\/([^/]+)/.exec(file) ?? [];
  if (room === 'index.ts') return undefined;
  return /^kicc\.|^typed-provider/.test(room) ? WIRING : room?.replace('.ts', '');
}

/** By room, the rooms that it imports. */
async function readImports() {
  const { tsConfig, ...options } = config.options;
  const { output } = await cruise(['lib'], options, undefined, { tsConfig: tsConfig.fileName });
  const imports = new Map();
  for (const { source, dependencies } of output.modules) {
    const from = roomOf(source);
    if (!from) continue;
    const rooms = dependencies.map(({ resolved }) => roomOf(resolved)).filter((room) => room && room !== from);
    imports.set(from, new Set([...(imports.get(from) ?? []), ...rooms]));
  }
  return imports;
}

/** All that a room imports, by way of others too. */
function reach(imports, room, way = []) {
  if (way.includes(room)) throw new Error(`A circle of rooms: ${[...way.slice(way.indexOf(room)), room].join(' → ')}`);
  const direct = [...imports.get(room)];
  return new Set([...direct, ...direct.flatMap((next) => [...reach(imports, next, [...way, room])])]);
}

/** The arrows of some rooms, without those that follow from others. */
function arrowsOf(imports, rooms) {
  return rooms.sort().flatMap((room) => {
    const direct = [...imports.get(room)].sort();
    const isImplied = (to) => direct.some((other) => reach(imports, other).has(to));
    return direct.filter((to) => !isImplied(to)).map((to) => `    ${room} --> ${to}`);
  });
}

const picture = (arrows) => ['```mermaid', 'flowchart TD', ...arrows, '```'].join('\n');

const imports = await readImports();
const core = [WIRING, ...reach(imports, WIRING)];
const pictures = {
  core: picture(arrowsOf(imports, core)),
  around: picture(
    arrowsOf(
      imports,
      [...imports.keys()].filter((room) => !core.includes(room)),
    ),
  ),
};

for (const page of PAGES) {
  const text = readFileSync(page, 'utf8');
  const drawn = Object.entries(pictures).reduce((before, [name, drawing]) => {
    const place = new RegExp(`(<!-- rooms: ${name} -->\n)[^]*?(\n<!-- end -->)`);
    if (!place.test(before)) throw new Error(`${page} has no place for the drawing "${name}"`);
    return before.replace(place, (_, begin, end) => `${begin}\n${drawing}\n${end}`);
  }, text);
  if (!process.argv.includes('--check')) writeFileSync(page, drawn);
  else if (drawn !== text) {
    console.error(`${page} does not show the imports of lib/. Run: npm run docs:rooms`);
    process.exitCode = 1;
  }
}
if (!process.exitCode) console.log(`The rooms of lib/ import each other in no circle, and as ${PAGES.join(' and ')} show.`);
