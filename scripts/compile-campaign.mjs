import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import transform from '../test/transform.mjs';

/* Compiles the library and what runs on it side by side into a folder, in under a second and without checking types. */

const [[, asInTests]] = Object.values(transform);
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
    for (const name of readdirSync(join(ROOT, folder), { recursive: true }).map(String)) {
      if (!name.endsWith('.ts')) continue;
      const file = join(folder, name);
      let source = readFileSync(join(ROOT, file), 'utf8');
      for (const { find, put } of mutations.filter((one) => one.file === file)) {
        if (source.split(find).length !== 2) throw new Error(`${file} does not hold, exactly once:\n${find}`);
        source = source.replace(find, () => put);
      }
      const to = join(out, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, compile(source, file));
    }
  }
  writeFileSync(join(out, 'package.json'), '{"type":"module"}\n');
  return out;
}

function compile(source, filename) {
  return transformSync(source, { ...asInTests, filename, swcrc: false }).code;
}
