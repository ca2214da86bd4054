/* What a release is made of, without git and npm. */

const UNRELEASED = '## [Unreleased]';
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** What a version's section of the changelog says; '' where there is nothing, or no such section. */
export function sectionOf(changelog, title) {
  const [, section = ''] = changelog.split(`\n${title}`);
  return section.replace(/^.*\n/, '').split('\n## ')[0].trim();
}

/** The changelog once what is unreleased is a version. */
export function stamped(changelog, version, date) {
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`);
}

/** Whether a version may follow another: it is later, or is that one, which was never released. */
function mayFollow(version, current) {
  const [next, last] = [version, current].map((one) => one.split('.').map(Number));
  const place = next.findIndex((part, index) => part !== last[index]);
  return place < 0 || next[place] > last[place];
}

/** Why a version cannot be released, all at once. */
export function problemsOf({ version, manifest, changelog, branch, changes, tags }) {
  const problems = [];
  if (!VERSION.test(version)) problems.push(`"${version}" is not a version like 1.2.3.`);
  else if (!mayFollow(version, manifest.version))
    problems.push(`${version} is older than ${manifest.version}, which package.json has.`);
  if (tags.includes(`v${version}`)) problems.push(`There is a tag v${version} already.`);
  if (branch !== 'main') problems.push(`This is ${branch || 'no branch'}, and releases are made on main.`);
  if (changes) problems.push(`There is something that is not committed:\n${changes}`);
  if (!sectionOf(changelog, UNRELEASED)) problems.push(`CHANGELOG.md says nothing under "${UNRELEASED}".`);
  if (!manifest.repository) problems.push('package.json has no "repository", without which npm takes no provenance.');
  return problems;
}
