import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { Revision } from 'nestjs-kicc';
import { AppModule } from './app.module.js';
import { simulateKicc } from './simulate-kicc.js';

/*
 * Plays a shop's day through the app's own endpoints, and shows request, answer and balance at each step. On the way, KICC's
 * answer to a refund is lost.
 */

const SETTLEMENT = { waitMs: 500, queryDelaysMs: [0, 2_000], sweepEveryMs: 100 };

const won = (amount: number | undefined): string => `₩${(amount ?? 0).toLocaleString('ko-KR')}`;

const kicc = await simulateKicc();
process.env['KICC_SETTLEMENT'] = JSON.stringify(SETTLEMENT);
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const shop = await app.getUrl();

const payment = kicc.approve({ amount: 10_000, payMethodTypeCode: '11' });
console.log(`
A shop, its KICC, and one payment
  shop   ${shop}  (Nest, KiccModule.forRootAsync)
  KICC   ${kicc.url}  (the simulator)
  paid   ${won(payment.amount)} by card, pgCno ${payment.pgCno}
  pauses ${JSON.stringify(SETTLEMENT)}  (shorter than the defaults, for this demo)`);

const part = { refundId: 'refund-1', pgCno: payment.pgCno, amount: 3_000, reason: '고객 변심' };
const rest = { refundId: 'refund-2', pgCno: payment.pgCno, amount: 7_000 };

await press('1  Refund a part', part, { status: 201, sent: 1 });
await press('2  A slip in the request', { ...rest, refundId: 'refund 2', amount: 70.5 }, { status: 400, sent: 0 });

// KICC carries the next request out, but its answer is lost; and its status query is out of order, once.
kicc.inject({ fault: 'drop-answer' });
kicc.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction' });
await press("3  Refund the rest: KICC's answer is lost, and its status query fails", rest, { status: 202, sent: 2 });
await press('4  The customer presses again meanwhile', rest, { status: 202, sent: 0 });
await watchItBecomeKnown('5  Nobody does anything: recovery asks KICC again', rest.refundId);
await press('6  The customer presses once more', rest, { status: 201, sent: 0 });

const effects = kicc.effects();
const refunded = effects.reduce((sum, { amount }) => sum + amount, 0);
console.log(`
What happened to the money: ${effects.map(({ amount }) => won(amount)).join(' + ')} = ${won(refunded)} of ${won(payment.amount)} went back, in ${effects.length} refunds.
`);

await app.close();
await kicc.stop();
check('refunded', refunded, payment.amount);
check('number of refunds', effects.length, 2);
check('problems a strict KICC would have', kicc.problems().length, 0);

async function press(title: string, refund: object, expected: { status: number; sent: number }): Promise<void> {
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
  check(`status of step ${title}`, answer.status, expected.status);
  check(`requests sent in step ${title}`, sent.length, expected.sent);
}

async function watchItBecomeKnown(title: string, refundId: string): Promise<void> {
  let revision = await look(refundId);
  for (let looks = 0; revision.status === 'unknown' && looks < 50; looks++) {
    await pause(100);
    revision = await look(refundId);
  }
  const began = Date.parse(String(revision.trail[0]?.at));
  const lines = revision.trail.map(({ at, event, observed = '', resCd = '', status }) => {
    const seconds = ((Date.parse(String(at)) - began) / 1_000).toFixed(2);
    return `${seconds} s  ${event.padEnd(8)}  ${`${observed} ${resCd}`.trim().padEnd(27)}  ${status}`;
  });
  console.log(`
${title}
  asked    GET /refunds/${refundId}
  trail    ${lines.join('\n           ')}
  balance  ${won(kicc.payment(payment.pgCno)?.balance)}`);
  check('outcome', revision.status, 'succeeded');
  check('trail', revision.trail.map(({ event }) => event).join(), 'accepted,delivery,query,query');
}

async function look(refundId: string): Promise<Revision> {
  return (await (await fetch(`${shop}/refunds/${refundId}`)).json()) as Revision;
}

function check(what: string, actual: number | string, expected: number | string): void {
  if (actual === expected) return;
  console.error(`The demo went wrong: ${what} is ${actual}, not ${expected}.`);
  process.exitCode = 1;
}
