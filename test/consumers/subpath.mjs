// Loads what the first argument names. A JSON file may be required only: importing one is still experimental on Node 20.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const name = process.argv[2];
const load = createRequire(join(process.cwd(), 'subpath.cjs'));
const loaded = name.endsWith('.json') ? load(name) : await import(name);
if (Object.keys(loaded).length === 0) throw new Error(`${name} exports nothing`);
