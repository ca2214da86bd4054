import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Writes a Prisma client for each engine into build/, without the network. */
export function generatePrisma() {
  const folder = fileURLToPath(new URL('build/', import.meta.url));
  const prisma = fileURLToPath(new URL('node_modules/prisma/build/index.js', import.meta.url));
  const schema = readFileSync(new URL('schema.prisma', import.meta.url), 'utf8');
  mkdirSync(folder, { recursive: true });
  for (const engine of ['postgresql', 'mysql', 'sqlite']) {
    const file = `${folder}${engine}.prisma`;
    writeFileSync(file, schema.replaceAll('ENGINE', engine));
    execFileSync(process.execPath, [prisma, 'generate', '--schema', file], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      // It would fetch an engine that migrations need, and clients do not; any program stands for it.
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    });
  }
}
