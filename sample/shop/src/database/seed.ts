import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DEMO_STAFF } from '../demo.js';
import type { SimulatorClient } from '../lab/simulator-client.js';
import { Order, type OrderItem, type PayMethodTypeCode } from '../orders/order.entity.js';
import { hashPassword, Staff } from '../session/staff.entity.js';
import { now } from '../shop-clock.js';

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
const TICKET: Goods = ['「겨울밤의 재즈」 12/24 공연 티켓', 55_000];
const FAMILY = [...'김이박최정강조윤장임한오서신권황안송류홍'];
const GIVEN = '서연 민준 지우 하은 도윤 서준 지민 예린 현우 수빈 유진 태형 은지 재현 나윤 성민'.split(' ');
const METHODS: readonly PayMethodTypeCode[] = ['11', '22', '11', '60', '21', '31'];
const DAILY = 48;
const CONCERT = 1_050;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Fills an empty shop with orders whose payments the simulator has approved: some days of a small shop, and a concert that will
 * have to be cancelled.
 * @throws {Error} there are orders of another simulator, which this one knows nothing of.
 */
export async function seed(dataSource: DataSource, kicc: SimulatorClient): Promise<void> {
  if ((await dataSource.getRepository(Order).count()) > 0) {
    if (process.env['SHOP_RESTARTED'] === '1') return;
    throw new Error(
      'This database has orders of an earlier simulator, which the new one does not know. Give an empty one in DATABASE_URL.',
    );
  }
  const orders = [...everydayOrders(), ...concertOrders()];
  for (const order of orders) {
    const { id: shopOrderNo, amount, payMethodTypeCode, complexTax } = order;
    order.pgCno = await kicc.approve({ shopOrderNo, amount, payMethodTypeCode, complexTax });
  }
  const passwordHash = await hashPassword(DEMO_STAFF.password);
  await dataSource.transaction(async (manager) => {
    await manager.insert(Staff, { id: DEMO_STAFF.id, passwordHash });
    await manager.insert(Order, orders);
  });
  new Logger('Seed').log(`${orders.length} orders, paid at the simulator.`);
}

function everydayOrders(): Order[] {
  return Array.from({ length: DAILY }, (_, index) => {
    const orderedAt = now().getTime() - Math.floor((index / DAILY) * 10 * DAY_MS) - 7 * 60_000;
    const items = Array.from({ length: 1 + (index % 3) }, (_, line) =>
      itemOf(GOODS[(index * 5 + line * 7) % GOODS.length]!, line + 1, 1 + ((index + line) % 3)),
    );
    return newOrder(orderedAt, DAILY - index, items, METHODS[index % METHODS.length]!);
  });
}

function concertOrders(): Order[] {
  const orderedAt = now().getTime() - 12 * DAY_MS;
  return Array.from({ length: CONCERT }, (_, index) =>
    newOrder(orderedAt - index * 20_000, 10_000 + index, [itemOf(TICKET, 1, 1 + (index % 2))], '11'),
  );
}

function itemOf([name, unitPrice, taxFree = false]: Goods, line: number, quantity: number): OrderItem {
  return { line, name, unitPrice, quantity, taxFree };
}

function newOrder(orderedAt: number, number: number, items: readonly OrderItem[], payMethodTypeCode: PayMethodTypeCode): Order {
  const day = new Date(orderedAt + 9 * 60 * 60_000).toISOString().slice(0, 10).replaceAll('-', '');
  return Object.assign(new Order(), {
    id: `${day}-${String(number).padStart(5, '0')}`,
    buyer: `${FAMILY[(number * 7) % FAMILY.length]}${GIVEN[(number * 11) % GIVEN.length]}`,
    state: 'paid' as const,
    amount: items.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0),
    orderedAt,
    accessKey: randomBytes(12).toString('hex'),
    items,
    pgCno: '',
    payMethodTypeCode,
    complexTax: items.some(({ taxFree }) => taxFree),
    refunds: [],
  });
}
