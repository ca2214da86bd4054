/** Packages with the ranges of their versions. */
export interface Packages {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What is used of a package.json. */
export type PackageJson = Packages;

/** What the wiring needs, by the major version of Nest. */
const OF_NEST: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  10: { '@nestjs/config': '^3.2.0' },
  11: { '@nestjs/config': '^4.0.0' },
  12: { '@nestjs/config': '^12.0.0' },
};
const OF_ANY = { axios: '^1.7.0', 'class-transformer': '^0.5.1' };

/** The major version of an app's Nest, of those that are known. */
export function majorOf({ dependencies = {} }: PackageJson): number | undefined {
  const major = majorIn(dependencies['@nestjs/core'] ?? dependencies['@nestjs/common']);
  return major !== undefined && major in OF_NEST ? major : undefined;
}

/** The major version that a range begins with. */
export function majorIn(range = ''): number | undefined {
  const digits = /\d+/.exec(range)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The text of a package.json with what is missing among its dependencies, in order. What stands there stays as it is.
 * @param more what is wanted beside what each app needs.
 */
export function addDependencies(text: string, nestMajor: number, more: Packages = {}): string {
  const manifest = JSON.parse(text) as PackageJson;
  const held = { ...manifest.dependencies, ...manifest.devDependencies };
  const wanted: Packages = { ...more, dependencies: { ...OF_NEST[nestMajor], ...OF_ANY, ...more.dependencies } };
  const changed: Record<string, unknown> = {};
  for (const kind of ['dependencies', 'devDependencies'] as const) {
    const missing = Object.entries(wanted[kind] ?? {}).filter(([name]) => held[name] === undefined);
    if (missing.length === 0) continue;
    const all = Object.entries({ ...manifest[kind], ...Object.fromEntries(missing) });
    changed[kind] = Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  if (Object.keys(changed).length === 0) return text;
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  return `${JSON.stringify({ ...manifest, ...changed }, null, indent)}\n`;
}
