import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConsoleUser } from '../../lib/console/index.js';
import { ReviseJournal, type Revision } from '../../lib/index.js';
import { HOUR, MALL } from '../revise/shop.js';
import { openConsole, type ConsoleApp, type Shown } from './console-app.js';
import { held } from './held-revision.js';

const ID = 'refund-1';
const PAGE = `?view=revision&mall=${MALL.mallId}&id=${ID}`;
const KIM: ConsoleUser = { actor: '김상담', may: 'decide' };
const LEE: ConsoleUser = { actor: '이상담', may: 'decide' };

let shop: ConsoleApp;
beforeEach(async () => {
  shop = await openConsole({ console: { decisionsPerMinute: 8 } });
});
afterEach(async () => {
  await shop.close();
});

/** A full cancel whose answer is lost; KICC has carried it out, unless it is told otherwise. */
async function lose(when: 'before' | 'after' = 'after'): Promise<void> {
  shop.kicc.inject({ fault: 'drop-answer', when });
  const { pgCno } = shop.kicc.approve({ amount: 12_000 });
  await shop.payments.cancel({ shopTransactionId: ID, pgCno, approvedAmount: 12_000 });
}

async function escalate(): Promise<void> {
  await lose();
  shop.kicc.inject({ fault: 'drop-answer', path: 'retrieveTransaction', times: 100 });
  shop.pass(46 * HOUR);
  await shop.payments.settle(ID);
  await shop.kicc.clearFaults();
}

async function considered(page: Shown, verdict: string, reason: string): Promise<Shown> {
  return shop.send('consider', { ...page.form('consider'), verdict, reason });
}

describe('a verdict', () => {
  it('says what it is about and what comes of it, and records nothing before', async () => {
    await escalate();
    const page = await shop.show(PAGE);
    expect(page.text).toContain('판정 필요');
    const looked = await considered(page, 'declined', '상점관리자에 없음');
    expect(looked.status).toBe(200);
    expect(looked.text).toContain('두 번 환불될 수 있습니다');
    expect(looked.text).toContain('12,000원 취소되지 않은 것으로 기록');
    expect(looked.text).toContain('12,000원이 환불되지 않은 것으로 기록합니다.');
    expect(looked.text).toContain(`KICC 거래번호 ${(await shop.payments.find(ID))?.pgCno} 접수 2026-`);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
  });

  it.each([
    ['', '상점관리자에 없음', '둘 중 하나를 골라 주세요'],
    ['declined', '  ', '무엇을 보고 판정하는지 적어 주세요'],
    ['declined', '가'.repeat(501), '500자까지 적을 수 있습니다'],
  ])('of %j on the grounds of %j comes back with what was typed', async (verdict, reason, fault) => {
    await escalate();
    const again = await considered(await shop.show(PAGE), verdict, reason);
    expect(again.status).toBe(400);
    expect(again.text).toContain(fault);
    expect(again.html).toMatch(new RegExp(`<a href="#(?:verdict|reason)">[^<]*${fault}`));
    expect(again.html).toMatch(/view=find"\s+aria-current="page"/);
    if (reason.trim() !== '') expect(again.html).toContain(`>\n${reason}</textarea>`);
    if (verdict !== '') expect(again.html).toMatch(new RegExp(`value="${verdict}"\\s+checked`));
  });

  it('may be on grounds as long as the browser lets somebody write, on many lines', async () => {
    await escalate();
    expect((await considered(await shop.show(PAGE), 'declined', '가\r\n'.repeat(250))).status).toBe(200);
  });

  it('that is sent twice is made once', async () => {
    await escalate();
    const looked = await considered(await shop.show(PAGE), 'succeeded', '취소됨');
    const both = await Promise.all([shop.send('decide', looked.form('decide')), shop.send('decide', looked.form('decide'))]);
    expect(both.map(({ text }) => text.includes('판정을 기록했습니다'))).toEqual([true, true]);
    const held = await shop.payments.find(ID);
    expect(held?.trail.filter(({ event }) => event === 'verdict')).toHaveLength(1);
  });

  it('of two people is the first one’s, and the second one hears of it', async () => {
    await escalate();
    shop.user = KIM;
    const first = await considered(await shop.show(PAGE), 'succeeded', '김의 근거');
    shop.user = LEE;
    const second = await considered(await shop.show(PAGE), 'declined', '이의 근거');
    shop.user = KIM;
    await shop.send('decide', first.form('decide'));
    shop.user = LEE;
    const refused = await shop.send('decide', second.form('decide'));
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('김상담 님이 먼저 판정했습니다');
    expect(refused.text).toContain('김의 근거');
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', verdict: { actor: '김상담' } });
  });

  it('on what has moved on is not made, and what was typed is kept', async () => {
    await lose();
    const page = await shop.show(PAGE);
    shop.pass(HOUR);
    await shop.payments.settle(ID);
    const stale = await considered(page, 'declined', '상점관리자에 없음');
    expect(stale.status).toBe(409);
    expect(stale.text).toContain('그사이 상태가 바뀌었습니다');
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
  });

  it('is made though KICC was asked meanwhile, which told nothing', async () => {
    await lose();
    const page = await shop.show(PAGE);
    shop.kicc.inject({ fault: 'drop-answer', path: 'retrieveTransaction', times: 9 });
    shop.pass(5_000);
    await shop.payments.settle(ID);
    const looked = await considered(page, 'succeeded', '취소됨');
    expect((await shop.send('decide', looked.form('decide'))).text).toContain('판정을 기록했습니다');
  });

  it('is not made on what was sent once more meanwhile, which may have been carried out', async () => {
    await lose('before');
    const page = await shop.show(PAGE);
    const looked = await considered(page, 'declined', '상점관리자에 없음');
    shop.kicc.inject({ fault: 'drop-answer', path: 'revise' });
    shop.pass(HOUR);
    await shop.payments.settle(ID);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown', deliveries: 2 });
    expect((await considered(page, 'declined', '상점관리자에 없음')).status).toBe(409);
    expect((await shop.send('decide', looked.form('decide'))).status).toBe(409);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
  });

  it('whose record the journal did not confirm is not said to have changed nothing', async () => {
    await lose();
    const looked = await considered(await shop.show(PAGE), 'declined', '상점관리자에 없음');
    const journal = shop.app.get(ReviseJournal);
    const save = journal.save.bind(journal);
    journal.save = async (revision) => {
      await save(revision);
      throw new Error('the answer was lost');
    };
    const answer = await shop.send('decide', looked.form('decide'));
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('기록되었는지 알 수 없으니')]);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'declined' });
  });

  it('that KICC proves wrong is shown as contradicted', async () => {
    await lose();
    const looked = await considered(await shop.show(PAGE), 'declined', '상점관리자에 없음');
    await shop.send('decide', looked.form('decide'));
    shop.pass(HOUR);
    await shop.payments.settle(ID);
    const page = await shop.show(PAGE);
    expect(page.text).toContain('판정과 KICC 기록이 다름');
    expect(page.text).toContain('KICC에 조회해 취소된 것을 확인했습니다');
    expect(page.text).not.toContain('취소되지 않은 것을 확인했습니다');
    expect(page.text).toContain('그사이 다른 방법으로 환불했는지 확인하고 다시 판정해 주세요');
    const anew = await considered(page, 'succeeded', 'KICC 기록 확인');
    await shop.send('decide', anew.form('decide'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', verdict: { reason: 'KICC 기록 확인' } });
  });
});

describe('a form', () => {
  it('of another revision, of somebody else, or of no one is refused', async () => {
    await escalate();
    const looked = await considered(await shop.show(PAGE), 'declined', '상점관리자에 없음');
    const form = looked.form('decide');
    const answers = [];
    for (const changed of [
      { id: 'refund-2' },
      { version: '1' },
      { status: 'unknown' },
      { lines: '99' },
      { token: '' },
      { mall: 'T0000002' },
    ]) {
      answers.push((await shop.send('decide', { ...form, ...changed })).status);
    }
    shop.user = LEE;
    answers.push((await shop.send('decide', form)).status);
    expect(new Set(answers)).toEqual(new Set([403]));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
  });

  it('is neither shown to nor taken from those who may only look', async () => {
    await escalate();
    const looked = await considered(await shop.show(PAGE), 'declined', '상점관리자에 없음');
    shop.user = { ...KIM, may: 'look' };
    expect((await shop.show(PAGE)).html).not.toContain('<form');
    const refused = await shop.send('decide', looked.form('decide'));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('조회 권한만 있습니다')]);
  });

  it('is taken so often a minute', async () => {
    await escalate();
    const form = (await considered(await shop.show(PAGE), 'succeeded', '취소됨')).form('decide');
    const statuses = [];
    for (let tries = 0; tries < 9; tries++) statuses.push((await shop.send('decide', form)).status);
    expect(statuses).toEqual([...Array<number>(8).fill(200), 429]);
    shop.pass(61_000);
    expect((await shop.send('decide', form)).status).toBe(200);
  });

  it('about what is of another module’s mall on the same journal is neither shown nor taken', async () => {
    const journal = shop.app.get(ReviseJournal);
    await held(journal, { shopTransactionId: 'theirs' }, { status: 'escalated', deliveries: 1 }, 'T0000009');
    expect((await shop.show('?view=revision&mall=T0000009&id=theirs')).status).toBe(404);
  });

  it('for what there is not to do is not found', async () => {
    expect((await shop.send('refundEverything', {})).status).toBe(404);
    expect((await shop.send('constructor', {})).status).toBe(404);
  });
});

describe('asking and withdrawing', () => {
  it('asks KICC at once, and shows what it told', async () => {
    await lose();
    const shown = await shop.send('ask', (await shop.show(PAGE)).form('ask'));
    expect(shown.text).toContain('KICC에 조회해 취소된 것을 확인했습니다');
    expect(shown.text).toContain('남은 금액 0원');
  });

  it('withdraws what has not left, and nothing else', async () => {
    shop.kicc.inject({ fault: 'refuse' });
    const { pgCno } = shop.kicc.approve({ amount: 12_000 });
    await shop.payments.cancel({ shopTransactionId: ID, pgCno });
    const form = (await shop.show(PAGE)).form('withdraw');
    await shop.kicc.clearFaults();
    await shop.payments.settle(ID);
    const refused = await shop.send('withdraw', form);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('그사이 상태가 바뀌어 처리하지 않았습니다');
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded' });
  });
});

it('says that something was done as long as it stands, and nothing of what nobody did', async () => {
  await lose();
  for (const done of ['decided', 'withdrawn', 'constructor', '__proto__']) {
    const shown = await shop.show(`${PAGE}&done=${done}`);
    expect([shown.status, shown.html.includes('notice good')]).toEqual([200, false]);
  }
});

it('shows what a later version has written by its own names', async () => {
  const at = shop.clock.at;
  const lines = [
    { at, event: 'teleported', status: 'sublimated' },
    { at, event: 'delivery', observed: 'constructor', status: 'unknown' },
  ] as unknown as Revision['trail'];
  const settledBy = 'meteor' as unknown as Revision['settledBy'];
  await held(
    shop.app.get(ReviseJournal),
    { shopTransactionId: ID },
    { status: 'declined', settledAt: at, settledBy, trail: lines },
  );
  const shown = await shop.show(PAGE);
  expect(shown.status).toBe(200);
  for (const name of ['teleported', 'sublimated', 'constructor', 'meteor']) expect(shown.text).toContain(name);
});

it('writes neither who decided nor on what grounds into a log', async () => {
  await escalate();
  const looked = await considered(await shop.show(PAGE), 'succeeded', '김철수 고객 통화');
  await shop.send('decide', looked.form('decide'));
  await shop.show('?view=revision&mall=T0000001&id=nobody');
  expect(shop.log.join('\n')).not.toMatch(/김상담|김철수/);
});
