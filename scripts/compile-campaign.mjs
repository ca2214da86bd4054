import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from './transpile.mjs';

/* Compiles the library and what runs on it side by side into a folder, without checking types. */

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * @param {string} into folder under the project's root; emptied first.
 * @param {{ file: string, find: string, put: string }[]} [mutations] changes to the source text on the way.
 */
export function compileCampaign(into, mutations = []) {
  return compileSources(into, ['lib', 'test/campaign', 'test/malls'], mutations);
}

/**
 * @param {string} into folder under the project's root; emptied first.
 * @param {string[]} folders what is compiled, imports among them.
 * @param {{ file: string, find: string, put: string }[]} [mutations] changes to the source text on the way.
 */
export function compileSources(into, folders, mutations = []) {
  const out = join(ROOT, into);
  rmSync(out, { recursive: true, force: true });
  for (const folder of folders) {
    transpile(join(ROOT, folder), join(out, folder), (source, name) => mutate(source, join(folder, name), mutations));
  }
  writeFileSync(join(out, 'package.json'), '{"type":"module"}\n');
  return out;
}

function mutate(source, file, mutations) {
  let mutated = source;
  for (const { find, put } of mutations.filter((one) => one.file === file)) {
    if (mutated.split(find).length !== 2) throw new Error(`${file} does not hold, exactly once:\n${find}`);
    mutated = mutated.replace(find, () => put);
  }
  return mutated;
}
