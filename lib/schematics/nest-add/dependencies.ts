/** What is used of a package.json. */
export interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What the wiring needs, by the major version of Nest. */
const OF_NEST: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  10: { '@nestjs/axios': '^3.1.0', '@nestjs/config': '^3.2.0' },
  11: { '@nestjs/axios': '^4.0.0', '@nestjs/config': '^4.0.0' },
  12: { '@nestjs/axios': '^12.0.0', '@nestjs/config': '^12.0.0' },
};
const OF_ANY = { axios: '^1.7.0', 'class-transformer': '^0.5.1' };

/** The major version of an app's Nest, of those that are known. */
export function majorOf({ dependencies = {} }: PackageJson): number | undefined {
  const range = dependencies['@nestjs/core'] ?? dependencies['@nestjs/common'] ?? '';
  const major = Number(/\d+/.exec(range)?.[0]);
  return major in OF_NEST ? major : undefined;
}

/** The text of a package.json with what is missing among its dependencies, in order. What stands there stays as it is. */
export function addDependencies(text: string, nestMajor: number): string {
  const manifest = JSON.parse(text) as PackageJson;
  const wanted = { ...OF_NEST[nestMajor], ...OF_ANY };
  const missing = Object.entries(wanted).filter(
    ([name]) => manifest.dependencies?.[name] === undefined && manifest.devDependencies?.[name] === undefined,
  );
  if (missing.length === 0) return text;
  const all = Object.entries({ ...manifest.dependencies, ...Object.fromEntries(missing) });
  const dependencies = Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1)));
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  return `${JSON.stringify({ ...manifest, dependencies }, null, indent)}\n`;
}
