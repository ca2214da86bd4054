// Makes a release: changelog, version, commit and tag. It is published by the workflow that the pushed tag starts.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { problemsOf, stamped } from './release-parts.mjs';

const USAGE = `npm run release -- <version> [--dry-run] [--ci-is-green]

  --dry-run       says what stands in the way and what would be done, and changes nothing
  --ci-is-green   .ci/run has passed on this very commit, so it is not run again`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean' }, 'ci-is-green': { type: 'boolean' } },
});
const [version] = positionals;
if (positionals.length !== 1) {
  console.error(USAGE);
  process.exit(2);
}
const isDry = values['dry-run'] === true;

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const problems = problemsOf({
  version,
  manifest: JSON.parse(readFileSync('package.json', 'utf8')),
  changelog,
  branch: git('branch', '--show-current'),
  changes: git('status', '--porcelain'),
  tags: git('tag', '--list').split('\n'),
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  process.exitCode = 1;
  if (!isDry) process.exit();
}

/** Runs a command, or only says it. Ends where it fails. */
function run(command, ...args) {
  console.log(`$ ${[command, ...args].join(' ')}`);
  if (isDry) return;
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!values['ci-is-green']) run('.ci/run');
const date = new Date().toISOString().slice(0, 10);
console.log(`CHANGELOG.md: what is unreleased becomes [${version}] - ${date}`);
if (!isDry) writeFileSync('CHANGELOG.md', stamped(changelog, version, date));
run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
run('git', 'commit', '--all', '--message', `Release ${version}`);
run('git', 'tag', '--annotate', `v${version}`, '--message', `nestjs-kicc ${version}`);
console.log(`
To publish it: git push origin main v${version}
The workflow .github/workflows/release.yml runs .ci/run on the tag, then \`npm publish --provenance\`.`);
