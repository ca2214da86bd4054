import type { DataSource } from 'typeorm';
import type { RevisionEntity } from '../../lib/typeorm/index.js';

/** Writes over columns of a row of the journal, by default such that its state is no JSON. Gives what takes that back. */
export async function spoilRow(
  dataSource: DataSource,
  row: Pick<RevisionEntity, 'shopTransactionId'> & Partial<Pick<RevisionEntity, 'mallId'>>,
  columns: Partial<RevisionEntity> = { state: '{"request":' },
): Promise<() => Promise<void>> {
  const table = dataSource.getRepository<RevisionEntity>('KiccRevision');
  const { sequence, ...before } = await table.findOneByOrFail(row);
  await table.update({ sequence }, columns);
  return async () => {
    const names = Object.keys(columns) as (keyof typeof before)[];
    await table.update({ sequence }, Object.fromEntries(names.map((name) => [name, before[name]])));
  };
}
