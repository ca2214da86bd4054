import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, NotFoundException, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { RevisePaymentService } from 'nestjs-kicc';
import type { SimulatedEffect } from 'nestjs-kicc/testing';
import { Repository } from 'typeorm';
import { ShopTransactions } from '../database/shop-transactions.js';
import { Order, type PayMethodTypeCode } from '../orders/order.entity.js';
import { RefundsService } from '../refunds/refunds.service.js';
import { ShopClock } from '../shop-clock.js';
import { DEMO_TIMEOUT_MS, LAB_FAULTS } from './lab-faults.js';
import { LabRun } from './lab-run.entity.js';
import { plainRefund, type PlainAttempt, type PlainShop } from './plain-integration.js';
import { SimulatorClient } from './simulator-client.js';

/** KRW that each experiment refunds of a payment of three times as much. */
export const LAB_AMOUNT = 10_000;
const ACCOUNT = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
/** After how long the plain operator, told "failed", presses again, ms. */
const PRESS_AGAIN_MS = 2_000;

/** Whose account at the simulators, as the environment's variables name it. */
type Mall = 'KICC' | 'PLAIN';

/** What an experiment has come to so far. */
export interface LabResult {
  readonly run: LabRun;
  readonly plain: readonly PlainAttempt[];
  /** What happened to the money; absent while nobody can connect to the simulator. */
  readonly shopEffects?: readonly SimulatedEffect[] | undefined;
  readonly plainEffects?: readonly SimulatedEffect[] | undefined;
}

/** What the process that started the app is asked for: to move the clock of shop and simulators. */
export interface MoveClock {
  readonly moveClockMs: number;
}

/** Makes things go wrong at the simulator, for the shop and for a plain integration at an account of its own. */
@Injectable()
export class LabService implements OnApplicationBootstrap {
  readonly #logger = new Logger(LabService.name);
  readonly #shops: SimulatorClient;
  readonly #plains: SimulatorClient;

  constructor(
    @InjectRepository(LabRun) private readonly runs: Repository<LabRun>,
    private readonly transactions: ShopTransactions,
    private readonly refunds: RefundsService,
    private readonly payments: RevisePaymentService,
    private readonly clock: ShopClock,
  ) {
    this.#shops = new SimulatorClient(process.env['KICC_SIMULATOR_URL'] ?? '');
    this.#plains = new SimulatorClient(process.env['PLAIN_SIMULATOR_URL'] ?? '');
  }

  /** The operators of plain integrations whose process died find their orders as they were, and press again. */
  async onApplicationBootstrap(): Promise<void> {
    for (const run of await this.runs.findBy({ plainOpen: true })) {
      this.inBackground(this.pressAgain(run, attemptsOf(run)));
    }
  }

  latest(): Promise<LabRun[]> {
    return this.runs.find({ order: { beganAt: 'DESC' }, take: 20 });
  }

  async result(id: string): Promise<LabResult> {
    const run = await this.runs.findOneBy({ id });
    if (!run) throw new NotFoundException();
    const { pgCno } = (await this.payments.find(run.refundId)) ?? { pgCno: '' };
    const [shopEffects, plainEffects] = await Promise.all([
      this.#shops.effectsOn(pgCno).catch(() => undefined),
      this.#plains.effectsOn(run.plainPgCno).catch(() => undefined),
    ]);
    return { run, plain: attemptsOf(run), shopEffects, plainEffects };
  }

  /** Begins an experiment; it goes on by itself. */
  async begin(fault: string, by: string): Promise<LabRun> {
    const known = Object.hasOwn(LAB_FAULTS, fault) ? LAB_FAULTS[fault] : undefined;
    if (!known) throw new NotFoundException();
    const isAccount = fault === 'bounce';
    const approve = { amount: 3 * LAB_AMOUNT, payMethodTypeCode: isAccount ? '22' : '11' } as const;
    const [{ pgCno }, plain] = await Promise.all([this.#shops.approve(approve), this.#plains.approve(approve)]);
    if (isAccount) await Promise.all([this.#shops.deposit(pgCno), this.#plains.deposit(plain.pgCno)]);
    const order = await this.newOrder(pgCno, approve.payMethodTypeCode);
    const run = await this.runs.save({
      id: randomUUID(),
      fault,
      beganAt: this.clock.now().getTime(),
      orderId: order.id,
      refundId: RefundsService.nextId({ ...order, refunds: [] }),
      plainPgCno: plain.pgCno,
      plainLog: '[]',
      plainOpen: true,
    });
    for (const one of known.inject) await Promise.all([this.#shops.inject(one), this.#plains.inject(one)]);
    for (const one of known.injectAtShop ?? []) await this.#shops.inject(one);
    this.inBackground(this.ours(run, pgCno, by));
    this.inBackground(this.plainly(run));
    if (fault === 'kill') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 700);
    return run;
  }

  /** Lets it happen to the next refund of whichever order, for the shop alone. */
  async waitForNext(fault: string): Promise<void> {
    const known = Object.hasOwn(LAB_FAULTS, fault) ? LAB_FAULTS[fault] : undefined;
    if (!known?.canWait) throw new NotFoundException();
    for (const one of known.inject) await this.#shops.inject(one);
  }

  /** Moves the clock of the shop and of both simulators ahead. */
  moveClock(ms: number): Promise<void> {
    return new Promise((resolve) => {
      process.send?.({ moveClockMs: ms } satisfies MoveClock);
      // The answer comes as a message, too; see ShopClock.
      setTimeout(resolve, 200);
    });
  }

  /** To two minutes after the next midnight in Korea. */
  moveOverMidnight(): Promise<void> {
    const day = 24 * 60 * 60_000;
    const intoDay = (this.clock.now().getTime() + 9 * 60 * 60_000) % day;
    return this.moveClock(day - intoDay + 2 * 60_000);
  }

  private async ours(run: LabRun, pgCno: string, by: string): Promise<void> {
    const { orderId, refundId, fault } = run;
    if (LAB_FAULTS[fault]?.lostFirst) await this.sendAndForget(this.#shops, 'KICC', pgCno, changeOf(run), refundId);
    const wish = { refundId, reason: '장애 실험', by };
    const wanted = { kind: 'amount', amount: LAB_AMOUNT } as const;
    await this.refunds.request(orderId, { ...wish, wanted, ...(fault === 'bounce' ? { account: ACCOUNT } : {}) });
    if (fault !== 'bounce') return;
    const outcome = await this.payments.settle(refundId);
    if (outcome.status !== 'succeeded') return;
    await pause(1_500);
    await this.#shops.bounce(outcome.response.cancelPgCno ?? '');
  }

  private async plainly(run: LabRun): Promise<void> {
    const again = LAB_FAULTS[run.fault]?.again;
    const lost = LAB_FAULTS[run.fault]?.lostFirst ? run.refundId : undefined;
    if (lost !== undefined) await this.sendAndForget(this.#plains, 'PLAIN', run.plainPgCno, changeOf(run), lost);
    const first = await plainRefund(this.plainShop, run.plainPgCno, changeOf(run), lost);
    await this.keep(run, [first]);
    if (run.fault === 'bounce') {
      await pause(1_500);
      await this.#plains.bounce(first.cancelPgCno ?? '');
    }
    if (run.fault === 'midnight') {
      await pause(300);
      await this.moveOverMidnight();
    }
    if (again === 'never' || first.belief === 'refunded') return this.close(run);
    return this.pressAgain(run, [first], again === 'sameKey' ? first.shopTransactionId : undefined);
  }

  /** Told "failed", or told nothing as the process died: somebody tries again. */
  private async pressAgain(run: LabRun, attempts: readonly PlainAttempt[], id?: string): Promise<void> {
    await pause(PRESS_AGAIN_MS);
    const before: readonly PlainAttempt[] =
      attempts.length > 0 ? attempts : [{ shopTransactionId: '?', belief: 'failed', saw: 'process died' }];
    await this.keep(run, [...before, await plainRefund(this.plainShop, run.plainPgCno, changeOf(run), id)]);
    await this.close(run);
  }

  private async keep(run: LabRun, attempts: readonly PlainAttempt[]): Promise<void> {
    await this.runs.update({ id: run.id }, { plainLog: JSON.stringify(attempts) });
  }

  private async close({ id }: LabRun): Promise<void> {
    await this.runs.update({ id }, { plainOpen: false });
  }

  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#logger.error(`An experiment failed: ${error instanceof Error ? error.message : 'error'}`);
    });
  }

  /** Has a request arrived of which nobody knows any more. */
  private async sendAndForget(
    ...[kicc, mall, pgCno, change, id]: [SimulatorClient, Mall, string, object, string]
  ): Promise<void> {
    this.inBackground(plainRefund(this.shopAt(kicc, mall), pgCno, { ...change }, id));
    await pause(300);
  }

  private get plainShop(): PlainShop {
    return this.shopAt(this.#plains, 'PLAIN');
  }

  private shopAt({ url }: SimulatorClient, mall: Mall): PlainShop {
    return {
      url,
      mallId: process.env[`${mall}_MALL_ID`] ?? '',
      secretKey: process.env[`${mall}_SECRET_KEY`] ?? '',
      timeoutMs: DEMO_TIMEOUT_MS,
      now: this.clock.now,
    };
  }

  private newOrder(pgCno: string, payMethodTypeCode: PayMethodTypeCode): Promise<Order> {
    const id = `LAB-${randomBytes(5).toString('hex')}`;
    const amount = 3 * LAB_AMOUNT;
    const item = { line: 1, name: '실험용 상품', unitPrice: LAB_AMOUNT, quantity: 3, taxFree: false };
    return this.transactions.run((manager) =>
      manager.save(
        Object.assign(new Order(), {
          id,
          buyer: '실험 손님',
          state: 'paid' as const,
          amount,
          orderedAt: this.clock.now().getTime(),
          accessKey: randomBytes(12).toString('hex'),
          items: [item],
          ...{ pgCno, payMethodTypeCode, complexTax: false },
        }),
      ),
    );
  }
}

function attemptsOf({ plainLog }: LabRun): PlainAttempt[] {
  return JSON.parse(plainLog) as PlainAttempt[];
}

function changeOf({ fault }: LabRun): Record<string, unknown> {
  if (fault !== 'bounce') return { reviseTypeCode: '32', amount: LAB_AMOUNT };
  return { reviseTypeCode: '63', reviseSubTypeCode: '11', amount: LAB_AMOUNT, refundInfo: ACCOUNT };
}
