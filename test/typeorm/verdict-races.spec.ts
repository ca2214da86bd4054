import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MemoryReviseJournal,
  RevisionStateError,
  type ReviseJournal,
  type RevisePaymentService,
  type ReviseVerdict,
  type Revision,
} from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { koreanDay } from '../../lib/protocol/korean-date.js';
import { accept, conclude, startSending } from '../../lib/revision/transitions.js';
import { describeEngines } from '../engines/describe-engines.js';
import { AFTER_MIDNIGHT_KST, MALL, openShop, type Shop } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

/**
 * People who decide about the same revisions at once, each at another process: of each two who decide otherwise, one is told
 * that the verdict stands, the other what the first has decided, and the journal holds what the first was told.
 */
const PROCESSES = 4;
const PAIRS = 80;
const VERDICTS = ['succeeded', 'declined'] as const;
const NOW = AFTER_MIDNIGHT_KST;

type Told = { readonly by: string; readonly stands: Revision } | { readonly by: string; readonly refused: ReviseVerdict };

/** One that KICC's answer was lost of. */
function lost(id: string): Revision {
  const request = { shopTransactionId: id, pgCno: id, reviseTypeCode: '40' };
  const sending = startSending(accept({ request: checkReviseRequest(request, [MALL.mallId]) }, NOW), koreanDay(NOW), NOW, NOW);
  const then = { do: 'rest' } as const;
  const decision = { status: 'escalated', proof: { of: 'nothing' }, then } as const;
  return conclude(sending, { kind: 'noAnswer', reason: 'timeout' }, decision, NOW);
}

async function told(
  payments: RevisePaymentService,
  request: Omit<ReviseVerdict, 'at'> & { id: string; version?: number },
): Promise<Told> {
  const { id: shopTransactionId, ...rest } = request;
  const by = request.actor;
  try {
    return { by, stands: await payments.resolve({ shopTransactionId, ...rest }) };
  } catch (error) {
    if (!(error instanceof RevisionStateError) || !error.verdict) throw error;
    return { by, refused: error.verdict };
  }
}

function races(journals: () => Promise<readonly ReviseJournal[]>): void {
  let shops: Shop[];
  beforeEach(async () => {
    shops = [];
    for (const journal of await journals()) {
      shops.push(await openShop({}, { journal: { useValue: journal } }, shops[0] ? { beside: shops[0] } : {}));
    }
  });
  afterEach(async () => {
    for (const shop of shops.reverse()) await shop.stop();
  });

  it.each([false, true])(
    'one stands of each pair, and the other is told of it; naming the version: %s',
    async (names) => {
      const [journal] = await journals();
      const violations: string[] = [];
      const wins: Record<string, number> = {};
      const pair = async (number: number): Promise<void> => {
        const id = `refund-${number}`;
        const { revision } = await journal!.open(lost(id));
        const version = names ? { version: revision.version } : {};
        const both = await Promise.all(
          VERDICTS.map((verdict, index) => {
            const shop = shops[(number + index) % shops.length]!;
            return told(shop.payments, { id, verdict, actor: `person-${index}`, reason: 'the console', ...version });
          }),
        );
        const [stands, ...more] = both.flatMap((one) => ('stands' in one ? [one] : []));
        const [refused] = both.flatMap((one) => ('refused' in one ? [one] : []));
        const held = await journal!.find(MALL.mallId, id);
        wins[stands?.by ?? ''] = (wins[stands?.by ?? ''] ?? 0) + 1;
        const isRight =
          more.length === 0 &&
          held?.verdict?.actor === stands?.by &&
          held?.status === stands?.stands.status &&
          held?.version === stands?.stands.version &&
          refused?.refused.actor === stands?.by;
        if (!isRight) violations.push(JSON.stringify({ id, both, held }));
      };
      for (let first = 0; first < PAIRS; first += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, index) => pair(first + index)));
      }
      expect(violations).toEqual([]);
      expect(Object.values(wins).reduce((sum, count) => sum + count, 0)).toBe(PAIRS);
    },
    120_000,
  );
}

describe('verdicts of two people at once on the journal in memory', () => {
  let journal: MemoryReviseJournal;
  beforeEach(() => {
    journal = new MemoryReviseJournal();
  });
  races(() => Promise.resolve(Array.from({ length: PROCESSES }, () => journal)));
});

describeEngines('verdicts of two people at once', (engine) => {
  let database: JournalTestDatabase;
  let connected: ReviseJournal[];
  beforeEach(async () => {
    database = await openTestDatabase(engine);
    connected = await Promise.all(Array.from({ length: PROCESSES }, () => database.connect()));
  });
  afterEach(() => database.drop());
  races(() => Promise.resolve(connected));
});
