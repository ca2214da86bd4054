import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { simulateKicc } from './simulate-kicc.js';

/* Plays a shop's day through the app's own endpoint, and shows request, answer and balance at each step. */

const won = (amount: number | undefined): string => `₩${(amount ?? 0).toLocaleString('ko-KR')}`;

const kicc = await simulateKicc();
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const shop = await app.getUrl();

const payment = kicc.approve({ amount: 10_000, payMethodTypeCode: '11' });
console.log(`
A shop, its KICC, and one payment
  shop   ${shop}  (Nest, KiccModule.forRootAsync)
  KICC   ${kicc.url}  (the simulator)
  paid   ${won(payment.amount)} by card, pgCno ${payment.pgCno}`);

await step('1  Refund a part', 201, { refundId: 'refund-1', pgCno: payment.pgCno, amount: 3_000, reason: '고객 변심' });
await step('2  Pressed twice: the same refund again', 201, {
  refundId: 'refund-1',
  pgCno: payment.pgCno,
  amount: 3_000,
  reason: '고객 변심',
});
await step('3  A slip in the request', 400, { refundId: 'refund 2', pgCno: payment.pgCno, amount: 70.5 });
await step('4  Refund the rest', 201, { refundId: 'refund-2', pgCno: payment.pgCno, amount: 7_000 });

const effects = kicc.effects();
const refunded = effects.reduce((sum, { amount }) => sum + amount, 0);
console.log(`
What happened to the money: ${effects.map(({ amount }) => won(amount)).join(' + ')} = ${won(refunded)} of ${won(payment.amount)} went back, in ${effects.length} refunds.
`);

await app.close();
await kicc.stop();
check('refunded', refunded, payment.amount);
check('problems a strict KICC would have', kicc.problems().length, 0);

async function step(title: string, expectedStatus: number, refund: object): Promise<void> {
  const before = kicc.requests().length;
  const answer = await fetch(`${shop}/refunds`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(refund),
  });
  const body = (await answer.json()) as { violations?: { field: string; message: string }[] };
  const sent = kicc.requests().slice(before);
  console.log(`
${title}
  asked    POST /refunds ${JSON.stringify(refund)}
  sent     ${sent.map(({ path, body: request }) => `POST ${path} ${JSON.stringify(request)}`).join('\n           ') || 'nothing'}
  answer   ${answer.status} ${body.violations ? body.violations.map(({ field, message }) => `${field} ${message}`).join(' ') : JSON.stringify(body)}
  balance  ${won(kicc.payment(payment.pgCno)?.balance)}`);
  check(`status of step ${title}`, answer.status, expectedStatus);
}

function check(what: string, actual: number, expected: number): void {
  if (actual === expected) return;
  console.error(`The demo went wrong: ${what} is ${actual}, not ${expected}.`);
  process.exitCode = 1;
}
