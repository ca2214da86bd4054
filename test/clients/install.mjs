// Installs the clients, and writes what Prisma generates; nothing where that is done already.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatePrisma } from './generate-prisma.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const installed = `${folder}build/.installed`;
const wanted = ['package-lock.json', 'schema.prisma', 'generate-prisma.mjs']
  .map((name) => readFileSync(folder + name, 'utf8'))
  .join('');

if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
  execFileSync('npm', ['ci', '--silent'], { cwd: folder, stdio: 'inherit' });
  generatePrisma();
  writeFileSync(installed, wanted);
}
