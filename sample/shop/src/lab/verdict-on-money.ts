import type { SimulatedEffect } from 'nestjs-kicc/testing';
import type { PageContext } from '../web/page.js';
import { won } from '../web/words.js';

/** What became of a refund: as a shop's books have it, or really. */
export type Fate = 'refunded' | 'notRefunded' | 'bounced';

/**
 * Whether a customer has got what was to be refunded, once, and the shop's books say what really happened.
 * @param wanted KRW.
 * @param effects what happened to the money; absent while nobody can be asked, so that the verdict is `open`.
 */
export function verdictOnMoney(
  { say, language }: Pick<PageContext, 'say' | 'language'>,
  wanted: number,
  books: Fate,
  effects: readonly Pick<SimulatedEffect, 'amount'>[] | undefined,
): { readonly tone: 'good' | 'bad' | 'open'; readonly words: string } {
  if (!effects) {
    const korean = '지금은 시뮬레이터에 연결할 수 없어, 돈이 어떻게 되었는지 모릅니다.';
    return { tone: 'open', words: say(korean, 'The simulator cannot be reached now, so nobody knows about the money.') };
  }
  const given = effects.reduce((sum, { amount }) => sum + amount, 0);
  const [all, one, loss] = [won(given, language), won(wanted, language), won(given - wanted, language)];
  if (given > wanted) {
    const times = effects.reduce((count, { amount }) => count + Math.sign(amount), 0);
    const korean = `${all}이 ${times}번에 걸쳐 환불되었습니다. ${loss} 손해이고, 장부에는 없습니다.`;
    const english = `${all} went back, in ${times} refunds. ${loss} is lost, and the books do not know.`;
    return { tone: 'bad', words: say(korean, english) };
  }
  const really = given > 0 ? 'refunded' : effects.some(({ amount }) => amount < 0) ? 'bounced' : 'notRefunded';
  const agrees = books === really && (given === 0 || given === wanted);
  const back = say(`${one}이 나갔다가 은행에서 반송되어 돌아왔`, `${one} left, and the bank sent it back`);
  const fates = {
    refunded: { what: say(`${all}이 한 번 환불되었`, `${all} was refunded once`), entry: say('환불 완료', 'refunded') },
    notRefunded: { what: say('환불되지 않았', 'Nothing was refunded'), entry: say('환불되지 않음', 'not refunded') },
    bounced: { what: back, entry: say('입금 반송', 'bounced') },
  };
  const inBooks = agrees
    ? say('고, 장부와 일치합니다.', ', and the books say so.')
    : say(`는데, 장부에는 '${fates[books].entry}'입니다.`, `, but the books say "${fates[books].entry}".`);
  const nothing = say(' 고객은 받지 못했습니다.', ' The customer has got nothing.');
  const anew = say(' 고객에게 다른 계좌를 물어볼 수 있습니다.', ' The customer can be asked for another account.');
  const then = really === 'refunded' ? '' : agrees && really === 'bounced' ? anew : nothing;
  return { tone: agrees && really !== 'notRefunded' ? 'good' : 'bad', words: fates[really].what + inBooks + then };
}
