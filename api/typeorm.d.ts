// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class TypeOrmReviseJournal extends SqlReviseJournal<EntityManager> {
  constructor(dataSource: DataSource, modules?: ModulesContainer, now?: () => number, connectionWaitMs?: number);
  onModuleInit(): Promise<void>;
}

export const kiccMigrations: readonly (new () => MigrationInterface)[];

export function OnRevisionSettled(): <T extends RevisionSettledHandler>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

export function kiccEntities(type: DataSourceOptions['type']): readonly EntitySchema[];

export interface BulkEntity {
  readonly bulkId: string;
  readonly status: BulkStatus;
  readonly createdAt: number;
  readonly digest: string;
}

export interface BulkRowEntity {
  readonly bulkId: string;
  readonly place: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly state: BulkRowState;
  readonly dueAt: number | null;
  readonly attempts: number;
  readonly version: number;
  readonly body: string;
}

export interface NotificationEntity {
  readonly eventKey: string;
  readonly notiType: string;
  readonly mallId: string;
  readonly pgCno: string;
  readonly handledAt: number;
  readonly writtenBy: string;
}

export interface RevisionEntity {
  readonly sequence: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly openPgCno: string | null;
  readonly status: RevisionStatus;
  readonly version: number;
  readonly acceptedAt: number;
  readonly settledAt: number | null;
  readonly cancelReqDate: string | null;
  readonly attention: Attention | null;
  readonly nextCheckAt: number | null;
  readonly leaseUntil: number | null;
  readonly writtenBy: string;
  readonly state: string;
}

export interface RevisionQuery {
  readonly mallIds?: readonly string[] | undefined;
  readonly status?: RevisionStatus | 'open' | 'attention' | undefined;
  readonly limit: number;
}

export type RevisionSettledHandler = sql.RevisionSettledHandler<EntityManager>;

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

type RevisionSettledHandler<Transaction = never> = (
  revision: Revision,
  transaction: Transaction,
  corrected?: Revision,
) => Promise<void> | void;
