import { NestFactory } from '@nestjs/core';
import { KiccMalls, RevisePaymentService, type ReviseOutcome } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { AppModule, clock } from './app.module.js';
import { OrderNotifications } from './order-notifications.js';
import { Sellers } from './sellers.js';

/*
 * Plays some days of a marketplace: refunds to bank accounts, one of which bounces, an escrow payment, a seller who joins and
 * whose key changes, and KICC's notifications, which the simulator really posts.
 */

const HOUR = 60 * 60_000;
const own = { mallId: 'T0000001', secretKey: 'simulator-secret' };
const seller = { mallId: 'T0000002', secretKey: 'the-secret-of-a-seller' };
const refundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };

// A Monday in Korea, in the morning. The demo moves the clock of both.
clock.now = new Date('2026-03-02T01:00:00Z');
const kicc = await KiccSimulator.start({ malls: [own], now: () => clock.now, notify: { repeatEveryMs: 100 } });
process.env['KICC_BASE_URL'] = kicc.url;
process.env['KICC_MALL_ID'] = own.mallId;
process.env['KICC_SECRET_KEY'] = own.secretKey;
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], rawBody: true });
await app.listen(0, '127.0.0.1');
kicc.setNotifyUrl(`${await app.getUrl()}/kicc/notifications`);
const payments = app.get(RevisePaymentService);
const { book } = app.get(OrderNotifications);
let told = 0;

await step('1  A virtual account is paid into, and refunded at once: the money comes back', async () => {
  const { pgCno } = kicc.approve({ amount: 30_000, payMethodTypeCode: '22', shopOrderNo: 'order-1' });
  kicc.deposit(pgCno);
  const request = { shopTransactionId: 'refund-1', pgCno, approvedAmount: 30_000, realTime: true, refundInfo } as const;
  const outcome = await payments.refund(request);
  show(outcome);
  await later(2 * HOUR);
  kicc.bounce(outcome.status === 'succeeded' ? (outcome.response.cancelPgCno ?? '') : '');
  await kicc.notificationsSent();
  const { attention } = await payments.openRevisions();
  console.log(`  health   ${JSON.stringify({ attention })}`);
  check('bounced', attention.bounced, 1);
});

await step('2  So it is refunded anew, to another account; the first is closed by a person', async () => {
  const first = await payments.find('refund-1');
  const account = { ...refundInfo, refundAccountNo: '99987654321098' };
  const request = { shopTransactionId: 'refund-1b', pgCno: first?.pgCno ?? '', refundInfo: account };
  show(await payments.refund(request));
  const verdict = { verdict: 'declined', actor: 'minji.kim', reason: 'Refunded as refund-1b.' } as const;
  await payments.resolve({ shopTransactionId: 'refund-1', ...verdict });
  check('bounced', (await payments.openRevisions()).attention.bounced, 0);
});

await step('3  A refund for the next business day', async () => {
  const { pgCno } = kicc.approve({ amount: 12_000, payMethodTypeCode: '31', shopOrderNo: 'order-2' });
  show(await payments.refund({ shopTransactionId: 'refund-2', pgCno, refundInfo }));
  await later(24 * HOUR);
  check('completion', (await payments.find('refund-2'))?.completion, 'completed');
});

await step('4  A seller joins while the shop runs; his customer is refunded in part, by his own key', async () => {
  kicc.addMall(seller);
  app.get(Sellers).save(seller);
  const { pgCno } = kicc.approve({ amount: 50_000, mallId: seller.mallId, shopOrderNo: 'order-3' });
  const { mallId } = seller;
  const part = { mallId, pgCno, payMethodTypeCode: '11' } as const;
  show(await payments.cancelPartially({ ...part, shopTransactionId: 'refund-3', amount: 20_000 }));
  const changed = { ...seller, secretKey: 'his-new-secret' };
  kicc.rotateSecret({ ...changed, oldValidForMs: 0 });
  app.get(Sellers).save(changed);
  await app.get(KiccMalls).refresh();
  show(await payments.cancelPartially({ ...part, shopTransactionId: 'refund-4', amount: 10_000 }));
});

await step('5  An escrow payment is shipped; what KICC does not take in that state is not sent', async () => {
  const { pgCno } = kicc.approve({ amount: 70_000, escrow: true, shopOrderNo: 'order-4' });
  const escrowInfo = { deliveryCode: 'DE02', deliveryCorpCode: 'DC08', deliveryInvoice: '1234567890' };
  show(await payments.changeEscrow({ shopTransactionId: 'ship-1', pgCno, reviseSubTypeCode: 'ES07', escrowInfo }));
  const wrong = { shopTransactionId: 'cancel-1', pgCno, presentStatusCode: 'ES07' };
  const refused: unknown = await payments.cancel(wrong).catch((error: unknown) => error);
  console.log(`  refused  ${String(refused).split('\n').slice(1).join(' ').trim()}`);
  kicc.confirmPurchase(pgCno);
});

await step("6  Somebody cancels in KICC's merchant console", async () => {
  const { pgCno } = kicc.approve({ amount: 5_000, shopOrderNo: 'order-5' });
  kicc.consoleCancel(pgCno);
  await kicc.notificationsSent();
});

const effects = kicc.effects();
console.log(`
What happened to the money: ${effects.map(({ amount, reviseTypeCode }) => `${amount} (${reviseTypeCode})`).join(', ')}.
Notifications sent: ${kicc.notificationLog().length}, each acknowledged: ${kicc.notificationLog().every(({ resCd }) => resCd === '0000')}.
`);
await app.close();
await kicc.stop();
check('problems a strict KICC would have', kicc.problems().length, 0);
check('refunds', effects.map(({ amount }) => amount).join(), '30000,-30000,30000,12000,20000,10000,0,5000');

async function step(title: string, play: () => Promise<void>): Promise<void> {
  console.log(`\n${title}`);
  await play();
  await kicc.notificationsSent();
  for (const line of book.slice(told)) console.log(`  notified ${line}`);
  told = book.length;
}

async function later(ms: number): Promise<void> {
  clock.now = new Date(clock.now.getTime() + ms);
  await kicc.notificationsSent();
}

function show(outcome: ReviseOutcome): void {
  const { revision } = outcome;
  const { reviseTypeCode, reviseSubTypeCode = '' } = revision.request;
  const completion = revision.completion ? `, ${revision.completion}` : '';
  console.log(
    `  ${revision.shopTransactionId.padEnd(9)} ${`${reviseTypeCode} ${reviseSubTypeCode}`.trim()}: ${outcome.status}${completion}`,
  );
  check(revision.shopTransactionId, outcome.status, 'succeeded');
}

function check(what: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  console.error(`The demo went wrong: ${what} is ${String(actual)}, not ${String(expected)}.`);
  process.exitCode = 1;
}
