// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class DrizzleReviseJournal<Transaction extends object = object> extends SqlReviseJournal<Transaction> {}

export function OnRevisionSettled(): <T extends RevisionSettledHandler>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

export type RevisionSettledHandler<Transaction = never> = (
  revision: Revision,
  transaction: Transaction,
  corrected?: Revision,
) => Promise<void> | void;

// Not exported by name, but what the above is made of.

class SqlReviseJournal<Transaction extends object = object>
  extends ReviseJournal
  implements OnModuleInit, OnApplicationShutdown
{
  readonly durable = true;
  readonly bulks: ReviseBulkStore;
  readonly notifications: KiccNotificationStore;
  get tellsShop(): boolean;
  configure({ now, handlerTimeoutMs, unreadable }: JournalSettings): void;
  onModuleInit(): Promise<void>;
  onApplicationShutdown(): Promise<void>;
  open(revision: Revision, transaction?: object): Promise<Opened>;
  joining<T>(transaction: object, act: (joined: object) => Promise<T>): Promise<T>;
  find(mallId: string, shopTransactionId: string): Promise<Revision | undefined>;
  ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]>;
  save(revision: Revision): Promise<boolean>;
  claimDue(claim: DueClaim): Promise<readonly Revision[]>;
  openRevisions(mallIds: readonly string[]): Promise<OpenRevisions>;
  openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;
  mallIds(): Promise<readonly string[]>;
  page(query: RevisionPageQuery): Promise<RevisionPage>;
  stats(query: RevisionStatsQuery): Promise<RevisionStats>;
  list(query: RevisionQuery): Promise<readonly Revision[]>;
  purge({ settledBefore }: { readonly settledBefore: Date }): Promise<number>;
}

interface Opened {
  readonly revision: Revision;
  readonly opened: boolean;
}

interface RevisionQuery {
  readonly mallIds?: readonly string[] | undefined;
  readonly status?: RevisionStatus | 'open' | 'attention' | undefined;
  readonly limit: number;
}
