// A lock file that misses a platform's optional package makes `npm ci` fail there; one with addresses ties it to a registry.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
const problems = [];
for (const [path, { optionalDependencies, resolved }] of Object.entries(packages)) {
  if (resolved) problems.push(`${path} names a registry's address.`);
  for (const name of Object.keys(optionalDependencies ?? {})) {
    if (!names.has(name)) problems.push(`${path} needs ${name}, which is not in the lock file.`);
  }
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`package-lock.json is complete: ${names.size} packages.`);
