// A lock file that misses a platform's optional package makes `npm ci` fail there; one with addresses ties it to a registry.
import { readFileSync } from 'node:fs';

const problems = [];
for (const file of ['package-lock.json', 'test/clients/package-lock.json']) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  for (const [path, { link, optionalDependencies, resolved }] of Object.entries(packages)) {
    // What another lock file installs, and this one uses.
    if (link || path.startsWith('../')) continue;
    if (resolved) problems.push(`${file}: ${path} names a registry's address.`);
    for (const name of Object.keys(optionalDependencies ?? {})) {
      if (!names.has(name)) problems.push(`${file}: ${path} needs ${name}, which is not in the lock file.`);
    }
  }
  console.log(`${file}: ${names.size} packages.`);
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
