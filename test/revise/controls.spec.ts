import { inspect } from 'node:util';
import { HttpService } from '@nestjs/axios';
import { ModuleRef } from '@nestjs/core';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import axios from 'axios';
import { map, type Observable } from 'rxjs';
import { HttpServiceTransport, KiccTransport, unwrap, type KiccHttpAnswer, type KiccHttpRequest } from '../../lib/index.js';
import { booksOf } from '../../lib/console/console-books.js';
import { revisionView } from '../../lib/console/views/revision.view.js';
import { pageOf } from '../../lib/console/web/page.js';
import { CONTROLS, RAW, textsIn } from '../protocol/controls.js';
import { MALL, openShop, type Shop } from './shop.js';

/** A KICC whose every text is full of controls. */
class ControllingTransport extends KiccTransport {
  readonly #way = new HttpServiceTransport(new HttpService(axios.create()));

  override post(request: KiccHttpRequest): Observable<KiccHttpAnswer> {
    return this.#way.post(request).pipe(
      map((answer) => {
        const told = { resMsg: `정상<b>${CONTROLS}`, statusMessage: CONTROLS, [CONTROLS]: [CONTROLS] };
        return { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), ...told }) };
      }),
    );
  }

  onApplicationShutdown(): void {
    this.#way.onApplicationShutdown();
  }
}

let shop: Shop;
beforeEach(async () => {
  shop = await openShop({}, { transport: ControllingTransport });
});
afterEach(() => shop.stop());

const cancel = (pgCno: string) => shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });

/** The console's page of a refund. */
async function consolePage(): Promise<string> {
  const query = new URLSearchParams({ view: 'revision', mall: MALL.mallId, id: 'refund-1' });
  const page = pageOf({ actor: 'minji', may: 'look' }, query, 'en', undefined, shop.clock.at);
  return (await revisionView(booksOf(shop.app.get(ModuleRef), undefined), page)).content.text;
}

it.each(['succeeded', 'declined'])('no control of KICC reaches a revision, a log or a page (%s)', async (status) => {
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  if (status === 'declined') shop.kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
  const outcome = await cancel(pgCno);
  expect(outcome.status).toBe(status);
  expect(textsIn(outcome)).not.toMatch(RAW);
  expect(textsIn(outcome)).toContain('정상<b>\uFFFD[2J');
  expect(shop.log.filter((line) => RAW.test(line))).toEqual([]);
  const page = await consolePage();
  expect(page).toContain('정상&lt;b&gt;\uFFFD[2J');
  expect(page.replaceAll('\n', '')).not.toMatch(RAW);
  if (status === 'succeeded') return;
  try {
    unwrap(outcome);
  } catch (error) {
    expect(inspect(error).replaceAll('\n', '')).not.toMatch(RAW);
  }
});

it('no control of a person who decides is kept', async () => {
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  shop.kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
  await cancel(pgCno);
  const verdict = {
    shopTransactionId: 'refund-1',
    verdict: 'declined',
    actor: `minji${CONTROLS}`,
    reason: `콘솔\n확인`,
  } as const;
  const revision = await shop.payments.resolve(verdict);
  expect(revision.verdict).toMatchObject({ actor: expect.not.stringMatching(RAW), reason: '콘솔 확인' });
  // The very same again.
  expect(await shop.payments.resolve({ ...verdict, version: 1 })).toEqual(revision);
});
