import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { MUTANTS } from './mutants.js';

it.each(MUTANTS)('has a piece of the source to change: $name', ({ file, find, put }) => {
  expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2);
  expect(put).not.toBe(find);
});
