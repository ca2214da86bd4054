import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { kiccSchema, SCHEMA_VERSION } from '../../../lib/sql/schema/kicc-schema.js';
import { kiccMigrations } from '../../../lib/typeorm/index.js';

/** What TypeORM's migrations run, without what they run on top to have a transaction. */
function snapshot(name: string): string {
  const file = readFileSync(new URL(`../../typeorm/migrations/${name}.sql`, import.meta.url), 'utf8');
  return file.replaceAll(/^(START TRANSACTION|BEGIN TRANSACTION|COMMIT);\n/gm, '');
}

describe('kiccSchema', () => {
  it.each([
    ['sqlite', 'sqlite', {}],
    ['mysql', 'mariadb', {}],
    ['postgres', 'postgres-schema', { schema: 'refunds' }],
    ['postgres', 'postgres', {}],
  ] as const)('gives for %s what the migrations of %s.sql run', (engine, name, options) => {
    const sql = kiccSchema(engine, options).map((migration) =>
      (['up', 'down'] as const)
        .map((step) => [`-- ${migration.name}: ${step}`, ...migration[step].map((one) => `${one};`), ''].join('\n'))
        .join('\n'),
    );
    // Without a schema, the search_path says which.
    expect(sql.join('\n')).toBe(snapshot(name).replaceAll('"public".', ''));
  });

  it('has the versions of kiccMigrations, in order', () => {
    const migrations = kiccSchema('postgres');
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
    expect(migrations.map(({ name }) => name)).toEqual(kiccMigrations.map(({ name }) => name));
    expect(migrations.map(({ name }) => name)).toEqual(kiccMigrations.map((one) => new one().name));
    expect(SCHEMA_VERSION).toBe(migrations.length);
  });

  it('quotes the schema', () => {
    expect(kiccSchema('postgres', { schema: 'a"b' })[5]?.down).toEqual(['DROP INDEX "a""b"."IX_kicc_bulk_row_revision"']);
  });
});
