import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { RevisePaymentService } from 'nestjs-kicc';
import { Repository } from 'typeorm';
import { ShopTransactions } from '../database/shop-transactions.js';
import type { FromShop } from '../demo.js';
import { Order } from '../orders/order.entity.js';
import { wholeOrder } from '../orders/orders.service.js';
import { RefundsService } from '../refunds/refunds.service.js';
import { now } from '../shop-clock.js';
import { LAB_FAULTS, type FaultName } from './lab-faults.js';
import { LabRun } from './lab-run.entity.js';
import { plainRefund } from './plain-integration.js';
import { SimulatorClient } from './simulator-client.js';

/** KRW that each experiment refunds of a payment of three times as much. */
export const LAB_AMOUNT = 10_000;
/** What the plain integration asks for. */
const PART = { reviseTypeCode: '32', amount: LAB_AMOUNT };
const ACCOUNT = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
const TO_ACCOUNT = { reviseTypeCode: '63', reviseSubTypeCode: '11', amount: LAB_AMOUNT, refundInfo: ACCOUNT };
/** After how long the plain integration tries again, and a bank sends a refund back, ms. */
const PAUSE_MS = 2_000;

/** What an experiment has come to so far. */
export type LabResult = Awaited<ReturnType<LabService['result']>>;

/** Makes things go wrong at the simulator, for the shop and for a plain integration at a simulator of its own. */
@Injectable()
export class LabService implements OnApplicationBootstrap {
  readonly #logger = new Logger(LabService.name);
  readonly #shops = new SimulatorClient(process.env['KICC_SIMULATOR_URL'] ?? '');
  readonly #plains = new SimulatorClient(process.env['PLAIN_SIMULATOR_URL'] ?? '');

  constructor(
    @InjectRepository(LabRun) private readonly runs: Repository<LabRun>,
    private readonly transactions: ShopTransactions,
    private readonly refunds: RefundsService,
    private readonly payments: RevisePaymentService,
  ) {}

  /** The operators of plain integrations whose process died find their orders as they were, and press again. */
  async onApplicationBootstrap(): Promise<void> {
    for (const run of await this.runs.findBy({ isOpen: true })) {
      if (run.plain.length === 0) run.plain.push({ at: run.beganAt, shopTransactionId: '', result: 'died' });
      this.inBackground(run, this.plainly(run));
    }
  }

  latest(): Promise<LabRun[]> {
    return this.runs.find({ order: { beganAt: 'DESC' }, take: 20 });
  }

  /** @throws {EntityNotFoundError} there is no such experiment. */
  async result(orderId: string) {
    const run = await this.runs.findOneByOrFail({ orderId });
    const { pgCno, refunds } = await wholeOrder(this.runs.manager, orderId);
    const revision = await this.payments.find(run.refundId);
    // After the books: what they say has happened to the money by then.
    const shopEffects = await this.#shops.effectsOn(pgCno);
    return { run, refund: refunds[0], revision, shopEffects, plainEffects: await this.#plains.effectsOn(run.plainPgCno) };
  }

  /** Begins an experiment, which goes on by itself, and gives the order that it is named by. */
  async begin(fault: FaultName, by: string): Promise<string> {
    const { inject } = LAB_FAULTS[fault];
    // What still waits for the next refund is none of this one's.
    await this.#shops.clearFaults();
    const approve = { amount: 3 * LAB_AMOUNT, payMethodTypeCode: fault === 'bounce' ? '22' : '11' } as const;
    const [pgCno, plainPgCno] = await Promise.all([this.#shops.approve(approve), this.#plains.approve(approve)]);
    const [orderId, beganAt] = [`LAB-${randomBytes(5).toString('hex')}`, now().getTime()];
    const order = {
      ...{ id: orderId, buyer: '김실험', state: 'paid' as const, orderedAt: beganAt },
      ...{ accessKey: randomBytes(12).toString('hex'), pgCno, ...approve, complexTax: false },
      items: [{ line: 1, name: '실험용 상품', unitPrice: LAB_AMOUNT, quantity: 3, taxFree: false }],
    };
    await this.transactions.run((manager) => manager.insert(Order, order));
    const refundId = `R${orderId}-1`;
    const run = await this.runs.save({ orderId, fault, beganAt, refundId, plainPgCno, plain: [], isOpen: true });
    if (inject) await Promise.all([this.#shops.inject(inject), this.#plains.inject(inject)]);
    this.inBackground(run, this.play(run, pgCno, by));
    return orderId;
  }

  /** Lets it happen to the next refund of whichever order, for the shop alone. */
  async waitForNext(fault: FaultName): Promise<void> {
    const { inject } = LAB_FAULTS[fault];
    if (inject) await this.#shops.inject(inject);
  }

  /** Moves the clock of the shop and of both simulators ahead: by 70 s, or to two minutes after midnight in Korea. */
  async moveClock(step: string): Promise<void> {
    const day = 24 * 60 * 60_000;
    const intoDay = (now().getTime() + 9 * 60 * 60_000) % day;
    const moveClockMs = step === 'midnight' ? day - intoDay + 2 * 60_000 : 70_000;
    // The shop's clock hears the answer, too, and before.
    const moved = once(process, 'message');
    process.send?.({ moveClockMs } satisfies FromShop);
    await moved;
  }

  private async play(run: LabRun, pgCno: string, by: string): Promise<void> {
    const { fault, orderId, refundId, plainPgCno } = run;
    if (fault === 'forgotten') {
      // Requests arrive of which nobody knows any more.
      void plainRefund('KICC', { pgCno, ...PART }, now(), refundId);
      void plainRefund('PLAIN', { pgCno: plainPgCno, ...PART }, now(), refundId);
      await pause(300);
    }
    if (fault === 'midnight') await this.#shops.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction' });
    if (fault === 'kill') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 700);
    const wanted = { kind: 'amount', amount: LAB_AMOUNT } as const;
    const account = fault === 'bounce' ? ACCOUNT : undefined;
    const ours = this.refunds.request(orderId, { refundId, reason: '장애 실험', by, wanted, account });
    await Promise.all([ours, this.plainly(run)]);
    if (fault !== 'bounce') return;
    await pause(PAUSE_MS);
    await Promise.all([this.#shops.bounce(pgCno), this.#plains.bounce(plainPgCno)]);
    // KICC's notification comes at once; so long the page is renewed.
    await pause(PAUSE_MS);
  }

  /** Told "failed", or nothing as it died, it tries once more: by itself across midnight, else somebody presses again. */
  private async plainly({ orderId, fault, refundId, plainPgCno: pgCno, plain }: LabRun): Promise<void> {
    const change = fault === 'bounce' ? { pgCno, ...TO_ACCOUNT } : { pgCno, ...PART };
    while (plain.length < 2 && plain.at(-1)?.result !== 'success') {
      const isFirst = plain.length === 0;
      if (!isFirst) await pause(PAUSE_MS);
      if (!isFirst && fault === 'midnight') await this.moveClock('midnight');
      const sameId = fault === 'midnight' || (isFirst && fault === 'forgotten') ? refundId : undefined;
      plain.push(await plainRefund('PLAIN', change, now(), sameId));
      await this.runs.update({ orderId }, { plain });
    }
  }

  private inBackground({ orderId }: LabRun, work: Promise<unknown>): void {
    work
      .finally(() => this.runs.update({ orderId }, { isOpen: false }))
      .catch(({ message }: Error) => this.#logger.error(`An experiment failed: ${message}`));
  }
}
