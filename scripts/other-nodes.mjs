// Further versions of Node, from the npm registry.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODES } from './consumer-versions.mjs';

const current = Number(process.versions.node.split('.')[0]);
const programIn = (folder, major) => join(folder, 'node_modules', `node-${major}`, 'bin', 'node');

/** Installs the Nodes that the matrix names, but for the current one, into a folder. */
export async function installOtherNodes(folder, run) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'other-nodes', private: true }));
  const wanted = NODES.filter((major) => major !== current);
  const packages = wanted.map((major) => `node-${major}@npm:node-${process.platform}-${process.arch}@${major}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], folder);
}

/** The Nodes of the matrix, those in the folder among them. */
export const nodesOf = (folder) =>
  NODES.map((major) => ({
    major,
    isCurrent: major === current,
    program: major === current ? process.execPath : programIn(folder, major),
  }));
