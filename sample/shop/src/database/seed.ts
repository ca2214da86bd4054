import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DEMO_STAFF, type Approved, type ToApprove } from '../demo.js';
import { OrderItem } from '../orders/order-item.entity.js';
import { Order } from '../orders/order.entity.js';
import { Payment, type PayMethodTypeCode } from '../orders/payment.entity.js';
import { stateOf } from '../refunds/balance.js';
import { Refund } from '../refunds/refund.entity.js';
import { splitTax, taxOf } from '../refunds/split-tax.js';
import { hashPassword } from '../session/password.js';
import { Staff } from '../session/staff.entity.js';

type Goods = readonly [name: string, unitPrice: number, taxFree?: boolean];
const GOODS: readonly Goods[] = [
  ['청송 햇사과 5kg', 28_000, true],
  ['제주 노지 감귤 10kg', 31_900, true],
  ['해남 꿀고구마 3kg', 14_900, true],
  ['시집 「골목의 저녁」', 12_000, true],
  ['국산 참기름 300ml', 15_400],
  ['무선 이어폰', 89_000],
  ['이천 도자기 머그컵', 18_000],
  ['순면 수건 5장', 24_900],
  ['드립백 커피 20개입', 17_600],
  ['접이식 캠핑 의자', 45_000],
  ['강아지 사료 2kg', 33_000],
  ['손뜨개 목도리', 39_000],
];
const FAMILY = [...'김이박최정강조윤장임한오서신권황안송류홍'];
const GIVEN = '서연 민준 지우 하은 도윤 서준 지민 예린 현우 수빈 유진 태형 은지 재현 나윤 성민'.split(' ');
const REASONS = ['고객 변심', '상품 하자', '배송 지연', '주문 실수', '재고 부족'];
const METHODS: readonly PayMethodTypeCode[] = ['11', '22', '11', '60', '21', '31'];
const DAILY = 48;
const CONCERT = 1_050;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Fills an empty shop with orders whose payments the simulator has approved: some days of a small shop, and a concert that will
 * have to be cancelled.
 * @throws {Error} there are orders of another simulator, which this one knows nothing of.
 */
export async function seed(dataSource: DataSource, now: Date): Promise<void> {
  if ((await dataSource.getRepository(Order).count()) > 0) {
    if ((await dataSource.getRepository(Staff).count()) > 0 && process.env['SHOP_RESTARTED'] === '1') return;
    throw new Error(
      'This database has orders of an earlier simulator, which the new one does not know. Give an empty database in DATABASE_URL.',
    );
  }
  const orders = [...everydayOrders(now), ...concertOrders(now)];
  const [passwordHash] = await Promise.all([hashPassword(DEMO_STAFF.password), approve(orders)]);
  await dataSource.transaction(async (manager) => {
    await manager.insert(Staff, { id: DEMO_STAFF.id, passwordHash });
    await manager.insert(Order, orders);
    await manager.insert(
      OrderItem,
      orders.flatMap(({ items }) => items),
    );
    await manager.insert(
      Payment,
      orders.map(({ payment }) => payment),
    );
    await manager.insert(
      Refund,
      orders.flatMap(({ refunds }) => refunds),
    );
  });
  new Logger('Seed').log(`${orders.length} orders, paid at the simulator.`);
}

function everydayOrders(now: Date): Order[] {
  return Array.from({ length: DAILY }, (_, index) => {
    const orderedAt = now.getTime() - Math.floor((index / DAILY) * 10 * DAY_MS) - 7 * 60_000;
    const lines = Array.from({ length: 1 + (index % 3) }, (_, line) => GOODS[(index * 5 + line * 7) % GOODS.length]!);
    const goods = lines.map((one, line) => [one, 1 + ((index + line) % 3)] as const);
    const order = newOrder(orderedAt, DAILY - index, goods, METHODS[index % METHODS.length]!);
    // Some days ago, every other one was refunded in part, or in full.
    if (index > 10 && index % 3 === 0) order.refunds = [pastRefund(order, index)];
    order.state = stateOf(order.amount, order.refunds);
    return order;
  });
}

function concertOrders(now: Date): Order[] {
  const orderedAt = now.getTime() - 12 * DAY_MS;
  return Array.from({ length: CONCERT }, (_, index) =>
    newOrder(
      orderedAt - index * 20_000,
      10_000 + index,
      [[['「겨울밤의 재즈」 12/24 공연 티켓', 55_000], 1 + (index % 2)]],
      '11',
    ),
  );
}

function newOrder(
  orderedAt: number,
  number: number,
  goods: readonly (readonly [Goods, number])[],
  payMethodTypeCode: PayMethodTypeCode,
): Order {
  const day = new Date(orderedAt + 9 * 60 * 60_000).toISOString().slice(0, 10).replaceAll('-', '');
  const id = `${day}-${String(number).padStart(5, '0')}`;
  const items = goods.map(([[name, unitPrice, taxFree = false], quantity], index) =>
    Object.assign(new OrderItem(), { orderId: id, line: index + 1, name, unitPrice, quantity, taxFree }),
  );
  const amount = items.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0);
  const kinds = new Set(items.map(({ taxFree }) => taxFree));
  return Object.assign(new Order(), {
    id,
    buyer: `${FAMILY[(number * 7) % FAMILY.length]}${GIVEN[(number * 11) % GIVEN.length]}`,
    state: 'paid' as const,
    amount,
    orderedAt,
    accessKey: randomBytes(12).toString('hex'),
    items,
    payment: Object.assign(new Payment(), { orderId: id, pgCno: '', payMethodTypeCode, amount, complexTax: kinds.has(true) }),
    refunds: [],
  });
}

function pastRefund(order: Order, index: number): Refund {
  // KICC's console takes no tax split, so such a payment is cancelled as a whole.
  const isPart = index % 2 === 0 && !order.payment.complexTax;
  const amount = isPart ? Math.floor(order.amount / 3_000) * 1_000 : order.amount;
  const cost = (taxFree: boolean): number =>
    order.items.filter((item) => item.taxFree === taxFree).reduce((sum, item) => sum + item.unitPrice * item.quantity, 0);
  const requestedAt = order.orderedAt + 6 * 60 * 60_000;
  return Object.assign(new Refund(), {
    id: `R${order.id}-1`,
    orderId: order.id,
    sequence: 1,
    amount,
    ...splitTax(amount, taxOf(cost(false), cost(true))),
    balanceBefore: order.amount,
    reason: REASONS[index % REASONS.length]!,
    requestedBy: DEMO_STAFF.id,
    requestedAt,
    state: 'refunded' as const,
    settledAt: requestedAt + [400, 700, 2_300, 6_100, 64_000][index % 5]!,
    cancelPgCno: null,
    note: '상점관리자에서 취소함',
    bulkId: null,
    items: [],
  });
}

/** Has them paid, and refunded as far as they were, by the process that has the simulator. */
async function approve(orders: readonly Order[]): Promise<void> {
  const asked: ToApprove = {
    approve: orders.map(({ id, amount, payment: { payMethodTypeCode, complexTax }, refunds }) => ({
      amount,
      payMethodTypeCode,
      shopOrderNo: id,
      complexTax,
      cancelled: refunds.map((refund) => (refund.amount === amount ? 'all' : refund.amount)),
    })),
  };
  process.send?.(asked);
  const [{ approved }] = (await once(process, 'message')) as [Approved];
  approved.forEach(({ pgCno, cancelPgCnos }, index) => {
    const { payment, refunds } = orders[index]!;
    payment.pgCno = pgCno;
    refunds.forEach((refund, place) => (refund.cancelPgCno = cancelPgCnos[place]!));
  });
}
