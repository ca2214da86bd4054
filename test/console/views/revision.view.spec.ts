import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReviseJournal, type Revision } from '../../../lib/index.js';
import { AFTER_MIDNIGHT_KST, HOUR, MALL, MINUTE } from '../../revise/shop.js';
import { openConsole, type ConsoleApp, type Shown } from '../console-app.js';
import { held } from '../held-revision.js';

const ID = 'refund-1';
const PG_CNO = 'pg-1';
const PAGE = `?view=revision&mall=${MALL.mallId}&id=${ID}`;

let shop: ConsoleApp;
beforeEach(async () => {
  shop = await openConsole();
});
afterEach(async () => {
  await shop.close();
});

function hold(state: Partial<Revision>, request: Readonly<Record<string, unknown>> = {}): Promise<Revision> {
  const journal = shop.app.get(ReviseJournal);
  return held(journal, { shopTransactionId: ID, pgCno: PG_CNO, ...request }, state);
}

const later = (ms: number): Date => new Date(AFTER_MIDNIGHT_KST.getTime() + ms);
const part = (shopTransactionId: string, amount: number) =>
  ({ shopTransactionId, pgCno: PG_CNO, reviseTypeCode: '32', amount, approvedAmount: 90_000 }) as const;

describe('the balance of a payment', () => {
  it('tells what is being found out, and not what is left, while one is open', async () => {
    await hold({ status: 'succeeded', deliveries: 1, settledBy: 'kicc' }, part('refund-0', 20_000));
    await hold({ status: 'unknown', deliveries: 1 }, part(ID, 30_000));
    const { text } = await shop.show(PAGE);
    expect(text).toContain('승인금액 90,000원 확정된 취소 금액 20,000원 확인 중인 금액 30,000원');
    expect(text).not.toContain('남은 금액');
  });

  it('tells what is left of all where all of it is known', async () => {
    await hold({ status: 'succeeded', deliveries: 1, settledBy: 'kicc' }, part('refund-0', 20_000));
    await hold({ status: 'declined', deliveries: 1, settledBy: 'kicc' }, part(ID, 30_000));
    const { text } = await shop.show(PAGE);
    expect(text).toContain('확정된 취소 금액 20,000원 남은 금액 70,000원');
    expect(text).not.toContain('확인 중인 금액');
  });

  it('counts an open refund of all that is left as no more than that, and as all where nothing tells how much', async () => {
    await hold({ status: 'succeeded', deliveries: 1, settledBy: 'kicc' }, part('refund-0', 20_000));
    await hold({ status: 'unknown', deliveries: 1 }, { approvedAmount: 90_000 });
    expect((await shop.show(PAGE)).text).toContain('확인 중인 금액 70,000원');
    await hold({ status: 'unknown', deliveries: 1 }, { shopTransactionId: 'refund-2', pgCno: 'pg-2' });
    expect((await shop.show(PAGE.replace(ID, 'refund-2'))).text).toContain('확인 중인 금액 전액');
  });
});

describe('a payment of which more goes back than was approved', () => {
  const approvedAmount = 262_000;
  const toAccount = {
    reviseTypeCode: '60',
    reviseSubTypeCode: 'RF01',
    refundInfo: { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' },
    approvedAmount,
  };
  const refunded = {
    status: 'succeeded',
    deliveries: 1,
    settledBy: 'kicc',
    nextCheckAt: undefined,
    response: { resCd: '0000', cancelAmount: approvedAmount },
  } as const;
  const ANEW = PAGE.replace(ID, 'refund-2');

  /** The money came back, and was refunded anew, in full each time. */
  async function bounce(): Promise<void> {
    await hold({ ...refunded, settledBy: 'notification', completion: 'bounced' }, toAccount);
    await hold({ ...refunded, completion: 'completed' }, { ...toAccount, shopTransactionId: 'refund-2' });
  }
  async function consider(verdict: string, act = 'consider'): Promise<Shown> {
    return shop.send(act, { ...(await shop.show(PAGE)).form('consider'), verdict, reason: '상점관리자에서 확인' });
  }

  it('is warned of before the verdict that makes it so is recorded, and before no other', async () => {
    await bounce();
    expect((await consider('succeeded')).text).toContain(
      '이대로 기록하면 승인 금액 262,000원보다 262,000원 많은 524,000원이 환불된 것이 됩니다.',
    );
    expect((await consider('succeeded', 'consider&lang=en')).text).toContain(
      'With this verdict ₩524,000 counts as given back, ₩262,000 more than the ₩262,000 that was approved.',
    );
    const other = await consider('declined');
    expect(other.text).toContain('262,000원이 환불되지 않은 것으로 기록합니다.');
    expect(other.html).not.toContain('notice bad');
  });

  it('has something left to do afterwards, and no negative amount left', async () => {
    await bounce();
    await shop.send('decide', (await consider('succeeded')).form('decide'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', completion: 'completed' });
    for (const page of [PAGE, ANEW]) {
      const { text, html } = await shop.show(page);
      expect(text).toContain('확정된 취소 금액 524,000원 남은 금액 승인 금액보다 262,000원 더 환불됨');
      expect(html).toMatch(/<span class="fault">\s*승인 금액보다 262,000원 더 환불됨/);
      expect(text).toContain(
        '고객이 두 번 환불받았으니, 아직 바로잡지 않았다면 고객에게 돌려받거나 상점관리자에서 바로잡아 주세요.',
      );
      expect(text).not.toMatch(/더 할 일이 없습니다|-262,000/);
    }
    const { text } = await shop.show(`${PAGE}&lang=en`);
    expect(text).toContain('Went back, settled ₩524,000 Left ₩262,000 more than was approved went back');
    expect(text).toContain('Somebody was paid twice');
    expect(text).not.toContain('Nothing is left to do');
  });

  it('is not refunded anew, and says so while another one is open', async () => {
    await hold(refunded, { ...toAccount, shopTransactionId: 'refund-0' });
    await hold(refunded, { ...toAccount, shopTransactionId: 'refund-2' });
    await hold({ status: 'declined', deliveries: 1, settledBy: 'kicc', nextCheckAt: undefined }, toAccount);
    expect((await shop.show(PAGE)).text).not.toMatch(/더 할 일이 없습니다|새 번호로 다시 취소/);
    await hold({ status: 'unknown', deliveries: 1 }, { ...toAccount, shopTransactionId: 'refund-3' });
    const { text } = await shop.show(PAGE);
    expect(text).toContain('확인 중인 금액 262,000원 남은 금액 승인 금액보다 262,000원 더 환불됨');
  });

  it('is none where a coupon makes the difference', async () => {
    const cardInfo = { couponAmount: 2_000 };
    await hold(
      { ...refunded, response: { resCd: '0000', cancelAmount: 264_000, reviseInfo: { cardInfo } } },
      { approvedAmount },
    );
    const { text } = await shop.show(PAGE);
    expect(text).toContain('확정된 취소 금액 264,000원 남은 금액 0원');
    expect(text).toContain('더 할 일이 없습니다');
  });

  it('is left to what KICC has carried out twice to say, until somebody has decided', async () => {
    const second = { resCd: '0000', cancelAmount: approvedAmount };
    await hold({ ...refunded, second, doubled: true }, { approvedAmount });
    const { text } = await shop.show(PAGE);
    expect(text).toContain('KICC가 같은 취소를 두 번 처리했습니다. 상점관리자에서 한 건을 바로잡은 뒤 판정해 주세요.');
    expect(text).toContain('승인 금액보다 262,000원 더 환불됨');
    expect(text).not.toContain('고객이 두 번 환불받았으니');
    await shop.send('decide', (await consider('succeeded')).form('decide'));
    expect((await shop.show(PAGE)).text).toContain('고객이 두 번 환불받았으니, 아직 바로잡지 않았다면');
  });
});

describe('what happens next', () => {
  it('with what is escalated, is a person’s careful decision', async () => {
    await hold({ status: 'escalated', deliveries: 1 });
    const { text } = await shop.show(PAGE);
    expect(text).toContain(
      '판정할 때까지 다른 방법으로 환불하지 마세요. 상점관리자에서 KICC 거래번호로 찾으세요. 확실하지 않으면 판정하지 말고 KICC에 문의하세요.',
    );
    expect((await shop.show(`${PAGE}&lang=en`)).text).toContain('If you are not sure, do not decide: ask KICC.');
  });

  const review = {
    status: 'declined',
    settledAt: AFTER_MIDNIGHT_KST,
    reviewUntil: later(HOUR),
    nextCheckAt: later(HOUR),
  } as const;

  it.each([
    ['kicc', 1, '거절이 맞는지 2026-03-02 01:30 이후 KICC에 한 번 더 확인합니다.'],
    ['withdrawal', 0, '보낸 것이 없는지 2026-03-02 01:30 이후 KICC에 한 번 더 확인합니다.'],
  ] as const)('with a decline by %s that is under review', async (settledBy, deliveries, words) => {
    await hold({ ...review, settledBy, deliveries });
    const { text } = await shop.show(PAGE);
    expect(text).toContain(words);
    expect(text).not.toContain('새 번호로');
  });

  it('says that a review has not come about, once its time is past', async () => {
    await hold({ ...review, settledBy: 'kicc', deliveries: 1, nextCheckAt: later(2 * HOUR) });
    shop.pass(HOUR + MINUTE);
    expect((await shop.show(PAGE)).text).toContain('거절이 맞는지 KICC에 아직 확인하지 못했습니다. 다음 확인: 59분 뒤.');
  });

  it('says that KICC is still asked about a person’s verdict, as long as it can tell', async () => {
    const cancelReqDate = '20991231';
    await hold({ status: 'declined', settledBy: 'verdict', deliveries: 1, cancelReqDate, nextCheckAt: later(3 * MINUTE) });
    expect((await shop.show(PAGE)).text).toContain('판정이 맞는지 KICC에 계속 확인합니다. 다음 확인: 3분 뒤.');
  });

  it('with a decline that holds, is another refund under another key, unless something holds the payment', async () => {
    await hold({ status: 'declined', settledBy: 'kicc', deliveries: 1 }, part(ID, 30_000));
    const words = '환불이 아직 필요하면 새 번호로 다시 취소하세요.';
    expect((await shop.show(PAGE)).text).toContain(words);
    await hold({ status: 'unknown', deliveries: 1 }, part('refund-2', 30_000));
    expect((await shop.show(PAGE)).text).not.toContain(words);
  });

  it('where a handler of the shop’s fails, is nothing that a person could decide', async () => {
    await hold({ status: 'escalated', deliveries: 1, refusal: { resCd: '7001' } });
    const { text, html } = await shop.show(PAGE);
    expect(text).toContain('상점의 장부 처리(@OnRevisionSettled)가 실패했습니다');
    expect(html).not.toContain('act=consider');
  });
});

describe('asking KICC now', () => {
  async function lose(): Promise<void> {
    shop.kicc.inject({ fault: 'drop-answer' });
    const { pgCno } = shop.kicc.approve({ amount: 12_000 });
    await shop.payments.cancel({ shopTransactionId: ID, pgCno });
  }
  const banner = ({ html }: Shown): string => /<p class="notice (\w+)" role="status"/.exec(html)?.[1] ?? 'none';

  it('is well where KICC has told', async () => {
    await lose();
    const shown = await shop.send('ask', (await shop.show(PAGE)).form('ask'));
    expect(banner(shown)).toBe('good');
    expect(shown.text).toContain('지금 KICC에 조회했습니다.');
  });

  it('is not well where KICC could not be asked', async () => {
    await lose();
    shop.kicc.inject({ fault: 'drop-answer', path: 'retrieveTransaction', times: 9 });
    const shown = await shop.send('ask', (await shop.show(PAGE)).form('ask'));
    expect(banner(shown)).toBe('open');
    expect(shown.text).toContain('← 취소 목록 KICC 조회 실패: ');
  });

  it('claims nothing where nothing has come of it', async () => {
    await hold({ status: 'succeeded', settledBy: 'kicc', deliveries: 1 });
    const shown = await shop.send('ask', (await shop.show(PAGE)).form('ask'));
    expect(banner(shown)).toBe('open');
    expect(shown.text).toContain('아직 확인된 것이 없습니다');
  });
});

it('tells those who look only who may decide', async () => {
  await hold({ status: 'escalated', deliveries: 1 });
  shop.user = { actor: '박조회', may: 'look' };
  expect((await shop.show(PAGE)).text).toContain('판정 권한이 없습니다. 권한이 있는 담당자에게 요청하세요.');
});

it('puts what has to be decided before what has happened', async () => {
  await hold({ status: 'escalated', deliveries: 1 });
  const { text } = await shop.show(PAGE);
  expect(text.indexOf('할 수 있는 일')).toBeLessThan(text.indexOf('진행 과정'));
});

it('says where a day begins', async () => {
  const trail = [
    { at: AFTER_MIDNIGHT_KST, event: 'accepted', status: 'accepted' },
    { at: later(MINUTE), event: 'delivery', observed: 'timeout', status: 'unknown' },
    { at: later(24 * HOUR), event: 'query', observed: 'timeout', status: 'unknown' },
    { at: later(48 * HOUR), event: 'query', observed: 'timeout', status: 'unknown' },
    { at: later(49 * HOUR), event: 'escalated', status: 'escalated' },
  ] as const;
  await hold({ status: 'unknown', deliveries: 1, trail });
  const { html, text } = await shop.show(PAGE);
  expect(html.match(/<li class="day">/g)).toHaveLength(3);
  expect(text).toContain('2번, 마지막 2026-03-04 00:30:00');
});

it('does not say of a cancel of all that it is of all twice', async () => {
  await hold({ status: 'unknown', deliveries: 1 });
  expect((await shop.show(PAGE)).text).not.toContain('전액 전체 취소');
});

it('says of which revision nothing is known', async () => {
  expect((await shop.show(PAGE)).text).toContain("상점 취소번호 'refund-1'인 취소를 찾을 수 없습니다.");
});
