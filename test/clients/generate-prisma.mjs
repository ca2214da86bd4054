// Writes a Prisma client for each engine into build/, without the network.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('build/', import.meta.url));
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
const schema = readFileSync(new URL('schema.prisma', import.meta.url), 'utf8');

mkdirSync(folder, { recursive: true });
for (const engine of ['postgresql', 'mysql', 'sqlite']) {
  const file = `${folder}${engine}.prisma`;
  writeFileSync(file, schema.replaceAll('ENGINE', engine));
  execFileSync(process.execPath, [prisma, 'generate', '--schema', file], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    // It would fetch an engine for migrations, which generates nothing; any program stands for it.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  });
}
