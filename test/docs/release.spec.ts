import { describe, expect, it } from '@jest/globals';
import { read } from './markdown.js';

interface Release {
  readonly version: string;
  readonly manifest: { readonly version: string; readonly repository?: string };
  readonly changelog: string;
  readonly branch: string;
  readonly changes: string;
  readonly tags: readonly string[];
}

const { href } = new URL('../../scripts/release-parts.mjs', import.meta.url);
const { problemsOf, sectionOf, stamped } = (await import(href)) as {
  problemsOf: (release: Release) => string[];
  sectionOf: (changelog: string, title: string) => string;
  stamped: (changelog: string, version: string, date: string) => string;
};

const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- b\n\n## [0.1.0] - 2026-01-01\n\n- a\n';
const FINE: Release = {
  version: '0.2.0',
  manifest: { version: '0.1.0', repository: 'somewhere' },
  changelog: CHANGELOG,
  branch: 'main',
  changes: '',
  tags: ['v0.1.0'],
};

describe('a release', () => {
  it.each(['0.1.1', '0.2.0', '0.10.0', '1.0.0'])('of %s may follow 0.1.0', (version) => {
    expect(problemsOf({ ...FINE, version })).toEqual([]);
  });

  it('may be the version that package.json has, if it was never tagged', () => {
    expect(problemsOf({ ...FINE, version: '0.1.0', tags: [] })).toEqual([]);
    expect(problemsOf({ ...FINE, version: '0.1.0' })).toEqual(['There is a tag v0.1.0 already.']);
  });

  it.each<[string, Partial<Release>, RegExp]>([
    ['of what is no version', { version: 'v0.2' }, /not a version/],
    ['of an older version', { version: '0.0.9' }, /older than 0\.1\.0/],
    ['on another branch', { branch: 'wip' }, /This is wip/],
    ['of what is not committed', { changes: ' M lib/index.ts' }, /M lib\/index\.ts/],
    ['that says nothing', { changelog: '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- a\n' }, /says nothing/],
    ['without a changelog', { changelog: '# Changelog\n' }, /says nothing/],
    ['without a repository', { manifest: { version: '0.1.0' } }, /provenance/],
  ])('is not made %s', (_, change, problem) => {
    expect(problemsOf({ ...FINE, ...change })).toEqual([expect.stringMatching(problem)]);
  });

  it('has what was unreleased in the changelog, and leaves room for what comes', () => {
    const after = stamped(CHANGELOG, '0.2.0', '2026-02-03');
    expect(after).toContain('## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n### Added');
    expect(sectionOf(after, '## [Unreleased]')).toBe('');
    expect(sectionOf(after, '## [0.2.0]')).toBe('### Added\n\n- b');
    expect(sectionOf(after, '## [0.1.0]')).toBe('- a');
  });

  it('finds its section in the changelog of this repository', () => {
    expect(read('CHANGELOG.md').match(/^## \[Unreleased\]$/gm)).toHaveLength(1);
  });
});
