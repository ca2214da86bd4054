import { Injectable } from '@nestjs/common';
import { RevisePaymentService, UnreadableRevisionError, type Revision } from 'nestjs-kicc';
import type { RevisionEntity } from 'nestjs-kicc/typeorm';
import { DataSource, In, IsNull, Not } from 'typeorm';

/** What the library's journal holds, for the back office to show. */
@Injectable()
export class RevisionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly payments: RevisePaymentService,
  ) {}

  /** The revision under an id; of one whose row cannot be read, what its columns tell. */
  async find(id: string): Promise<Revision | undefined> {
    return this.payments.find(id).catch((error: unknown) => {
      if (error instanceof UnreadableRevisionError) return error.revision;
      throw error;
    });
  }

  /** Those of these ids that there are. */
  async findAll(ids: readonly string[]): Promise<Map<string, Revision>> {
    const found = await Promise.all(ids.map((id) => this.find(id)));
    return new Map(found.flatMap((revision) => (revision ? [[revision.shopTransactionId, revision]] : [])));
  }

  /** The oldest of those whose outcome is open, and how many there are in all. */
  async open(limit: number): Promise<readonly [revisions: readonly Revision[], total: number]> {
    // What is settled holds its payment, too, as long as it is under review.
    return this.look({ openPgCno: Not(IsNull()), status: Not(In(['succeeded', 'declined'])) }, limit);
  }

  /** Those that are settled, but wait for a person, and those whose rows cannot be read. */
  async attention(limit: number): Promise<readonly Revision[]> {
    return (await this.look({ attention: Not(IsNull()) }, limit))[0];
  }

  private async look(where: object, limit: number): Promise<readonly [Revision[], number]> {
    const table = this.dataSource.getRepository<RevisionEntity>('KiccRevision');
    const [rows, total] = await table.findAndCount({ where, order: { sequence: 'ASC' }, take: limit });
    const revisions = await this.findAll(rows.map(({ shopTransactionId }) => shopTransactionId));
    return [rows.flatMap(({ shopTransactionId }) => revisions.get(shopTransactionId) ?? []), total];
  }
}
