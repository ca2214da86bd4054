/** A deliberate mistake in the library: a piece of its source, which must stand there exactly once, and what it becomes. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

const decide = 'lib/revision/decide.ts';
const reconciler = 'lib/revise/reconciler.ts';
const transitions = 'lib/revision/transitions.ts';
const hold = 'lib/revision/hold.ts';
const service = 'lib/revise/revise-payment.service.ts';
const journal = 'lib/journal/memory-revise-journal.ts';
const guard = 'lib/revision/payment-guard.ts';
const matching = 'lib/notification/match-revision.ts';
const notified = 'lib/notification/notified-revisions.ts';

/** Each is something that somebody could write, and that the campaign must catch. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no fence: the same key on any day',
    file: decide,
    find: 'return ahead.every((by) => first + by >= begins && first <= now.getTime() && now.getTime() + by < ends);',
    put: 'return ahead.length > 0 && first > 0 && ends > 0 && begins > 0;',
  },
  {
    name: 'no margin before midnight',
    file: decide,
    find: 'startOfKoreanDay(cancelReqDate, 1).getTime() - margin - timeoutMs',
    put: 'startOfKoreanDay(cancelReqDate, 1).getTime() - 0 * timeoutMs',
  },
  {
    name: 'no margin after midnight',
    file: decide,
    find: 'startOfKoreanDay(cancelReqDate).getTime() + margin',
    put: 'startOfKoreanDay(cancelReqDate).getTime()',
  },
  {
    name: "as close to midnight where KICC's time is not known",
    file: decide,
    find: 'unknown: 15 * 60_000 }',
    put: 'unknown: 60_000 }',
  },
  {
    name: 'a refusal of a re-send is believed',
    file: decide,
    find: "if (!onlyDelivery) return { of: 'resendRefused' };",
    put: '',
  },
  {
    name: 'a 4xx to a re-send is believed',
    file: decide,
    find: 'return onlyDelivery ? refused(',
    put: 'return evidence ? refused(',
  },
  {
    name: 'a refusal is not held against the query, though the journal may have forgotten a delivery',
    file: decide,
    find: "if (proof.of === 'success') return proof;\n  return { of: proof.of === 'denial'",
    put: "return { of: proof.of !== 'nothing'",
  },
  {
    name: 'a refusal counts where the query could not be asked',
    file: decide,
    find: "return { of: proof.of === 'denial' ? 'refusal' : 'unchecked', refusal };",
    put: "return { of: 'refusal', refusal };",
  },
  {
    name: 'what was refused, and could not be held against the query, is sent again',
    file: transitions,
    find: 'return { uncheckedRefusal: proof.refusal, keyKnown: true };',
    put: 'return { uncheckedRefusal: proof.refusal };',
  },
  {
    name: 'a refusal is not reviewed',
    file: decide,
    find: 'if (reviewMs === 0) return { then: REST };',
    put: 'if (reviewMs >= 0) return { then: REST };',
  },
  {
    name: 'a review that KICC has not answered is over',
    file: decide,
    find: "return next.do === 'rest' ? stays(REST, { review: 'unanswered' }) : stays(next);",
    put: "return stays(REST, { review: 'answered' });",
  },
  {
    name: 'a review holds nothing',
    file: hold,
    find: "return isOwed && ofPart(revision) !== undefined ? 'review' : undefined;",
    put: "return isOwed && ofPart(revision) === undefined ? 'review' : undefined;",
  },
  {
    name: 'a decline is final, whatever KICC proves',
    file: decide,
    find: "return { status: 'succeeded', proof, corrects: true, then: REST };",
    put: 'return stays(REST);',
  },
  {
    name: 'a corrected revision holds nothing',
    file: hold,
    find: "if (revision.corrected) return 'corrected';",
    put: '',
  },
  {
    name: 'a withdrawal is not reviewed',
    file: transitions,
    find: 'const reviewUntil = reviewMs === 0 ?',
    put: 'const reviewUntil = reviewMs >= 0 ?',
  },
  {
    name: 'what was accepted on an earlier day is sent without a question',
    file: decide,
    find: 'const isOfToday = koreanDay(revision.acceptedAt) >= koreanDay(now);',
    put: 'const isOfToday = koreanDay(revision.acceptedAt) <= koreanDay(now);',
  },
  {
    name: 'what nobody has tried for days is sent, though KICC can tell no longer whether it was',
    file: decide,
    find: "(then.do === 'send' && isForgotten(revision, now, policy));",
    put: "(then.do === 'send' && isForgotten(revision, now, policy) && now < revision.acceptedAt);",
  },
  {
    name: 'a question that KICC has not answered counts as one that it has',
    file: decide,
    find: "return event !== 'query' || (observed === 'answer' && !isOpen(resCd, openCodes));",
    put: "return event !== 'query' || observed !== 'never' || isOpen(resCd, openCodes);",
  },
  {
    name: "KICC's clock has no say about the fence",
    file: decide,
    find: 'const ahead = [0, (kiccs ?? now).getTime() - now.getTime()];',
    put: 'const ahead = [0, clock ? 0 : 0];',
  },
  {
    name: 'what is sent does not wait until the clocks agree on the day',
    file: decide,
    find: 'return koreanDay(kiccs) === koreanDay(now) || Math.abs(kiccs.getTime() - now.getTime()) > WAITED_FOR_MS;',
    put: 'return koreanDay(kiccs) !== "" || Math.abs(kiccs.getTime() - now.getTime()) > WAITED_FOR_MS;',
  },
  {
    name: 'the re-send is not counted as a delivery',
    file: transitions,
    find: "deliveries: status === 'sending' ? deliveries : deliveries + 1,",
    put: "deliveries: status === 'sending' ? deliveries : 1,",
  },
  {
    name: 're-sent at once, while the first may be running',
    file: decide,
    find: 'return rested && !keyKnown',
    put: 'return rested !== undefined && !keyKnown',
  },
  {
    name: 'a re-send that was refused is repeated after the same pause',
    file: decide,
    find: 'settlement.resendAfterMs * 2 ** resendsRefused;',
    put: 'settlement.resendAfterMs * 2 ** (0 * resendsRefused);',
  },
  {
    name: 'a re-send that is refused is repeated without end',
    file: transitions,
    find: 'return resendsRefused < RESENDS_REFUSED ?',
    put: 'return resendsRefused > 0 ?',
  },
  {
    name: 're-sent without refundQueryFlag',
    file: reconciler,
    find: "event === 'resend' ? { ...request, refundQueryFlag: 'Y' } : request",
    put: 'request',
  },
  {
    name: 're-sent under a new key',
    file: reconciler,
    find: "{ ...request, refundQueryFlag: 'Y' }",
    put: "{ ...request, refundQueryFlag: 'Y', shopTransactionId: `${request.shopTransactionId}-retry` }",
  },
  {
    name: 'the date is forgotten: the query asks for today',
    file: reconciler,
    find: 'this.gateway.query(request, day);',
    put: 'this.gateway.query(request, day && new Date(this.settings.now().getTime() + 32_400_000).toISOString().slice(0, 10).replaceAll("-", ""));',
  },
  {
    name: 'a time-out counts as undelivered',
    file: 'lib/gateway/attempt-timeout.ts',
    find: "new KiccDeliveryError('possible', 'timeout')",
    put: "new KiccDeliveryError('none', 'connectTimeout')",
  },
  {
    name: 'no answer counts as undelivered',
    file: decide,
    find: "    case 'noAnswer':\n",
    put: "    case 'noAnswer':\n      return { of: 'nothingLeft' };\n",
  },
  {
    name: 'a 5xx counts as refused',
    file: decide,
    find: "    case 'unusableAnswer':\n",
    put: "    case 'unusableAnswer':\n      if (evidence.kind === 'unusableAnswer') return { of: 'refusal', refusal: {} };\n",
  },
  {
    name: 'VTIM counts as refused',
    file: decide,
    find: 'if (isOpen(resCd, openCodes)) return NOTHING;',
    put: '',
  },
  {
    name: 'echoes are not looked at',
    file: decide,
    find: 'if (contradicted.length > 0) return NOTHING;',
    put: 'void contradicted;',
  },
  {
    name: 'the query\'s "not found" is believed',
    file: decide,
    find: "return uncheckedRefusal ? { of: 'refusal', refusal: uncheckedRefusal } : { of: 'denial' };",
    put: "return { of: 'refusal', refusal: uncheckedRefusal ?? {} };",
  },
  {
    name: "an approval's answer to the query is taken for the cancel's",
    file: 'lib/gateway/read-answer.ts',
    find: "return { kind: 'queryAnswer', transaction, contradicted: [...contradicted], ...asked };",
    put: "return { kind: 'queryAnswer', transaction, contradicted: [], ...asked };",
  },
  {
    name: 'what a dead process was sending is sent afresh',
    file: decide,
    find: 'const stillOut = revision.deliveries',
    put: "const stillOut = !(evidence.kind === 'due' && revision.status === 'sending') && revision.deliveries",
  },
  {
    name: 'what a dead process was sending is left alone',
    file: journal,
    find: 'const at = revision.nextCheckAt?.getTime() ?? Infinity;',
    put: "const at = revision.status === 'sending' ? Infinity : (revision.nextCheckAt?.getTime() ?? Infinity);",
  },
  {
    name: 'the undelivered is forgotten',
    file: decide,
    find: 'const pause = policy.random() * pauseAfter(checksAfter(revision, evidence, proof), policy);',
    put: 'if (agree) return REST; const pause = 0;',
  },
  {
    name: 'who settles by hand heeds no lease',
    file: reconciler,
    find: 'if (claimed || !journaled.isLeased()) await',
    put: 'if (claimed || journaled) await',
  },
  {
    name: 'a lease is no hindrance to others',
    file: journal,
    find: '...lease(revision, leaseUntil), version',
    put: '...lease(revision, now), version',
  },
  {
    name: 'an older state overwrites a newer one',
    file: journal,
    find: 'if (held?.version !== revision.version - 1) return false;',
    put: 'if (!held) return false;',
  },
  {
    name: 'never escalated',
    file: decide,
    find: "const status = late ? 'escalated' : 'unknown';",
    put: "const status = late ? 'unknown' : 'unknown';",
  },
  {
    name: 'escalated only when KICC can tell no more',
    file: decide,
    find: 'windowEnd(revision).getTime() - settlement.escalateBeforeMs',
    put: 'windowEnd(revision).getTime() + 0 * settlement.escalateBeforeMs',
  },
  {
    name: 'withdrawn while it may have left',
    file: service,
    find: "if (revision.status === 'accepted') return withdrawn",
    put: 'if (!isSettled(revision)) return withdrawn',
  },
  {
    name: 'a verdict replaces another in silence',
    file: 'lib/revise/verdict.ts',
    find: 'if (movedOn || (stands && version === undefined)) throw',
    put: 'if (movedOn) throw',
  },
  {
    name: 'a contradicted verdict is passed over in silence',
    file: decide,
    find: "if (settledBy === 'verdict') return stays(REST, { contradicts: true });",
    put: "if (settledBy === 'verdict') return stays(REST);",
  },
  {
    name: 'the shop does not hear that a person has found money that had come back',
    file: 'lib/revision/revision.ts',
    find: 'before.status !== after.status || (isDecided && isFound);',
    put: 'before.status !== after.status || (isDecided && isFound && after.version < 0);',
  },
  {
    name: "a person's word that money is found cannot be taken back",
    file: 'lib/revision/transitions.ts',
    find: 'const isOfMoney = isSaidToBeBack || wasFoundByPerson(revision);',
    put: 'const isOfMoney = isSaidToBeBack || (wasFoundByPerson(revision) && verdict.at.getTime() < 0);',
  },
  {
    name: 'a caller is told "failed" where nobody knows',
    file: 'lib/revision/outcome.ts',
    find: "return Object.freeze({ status: 'unknown', revision, delivery, nextCheckAt });",
    put: "return delivery && nextCheckAt && Object.freeze({ status: 'declined', revision });",
  },
  {
    name: 'several open revisions of one payment',
    file: guard,
    find: 'if (holder) throw new PaymentBusyError(holder);',
    put: 'if (holder && holder.version < 0) throw new PaymentBusyError(holder);',
  },
  {
    name: 'more goes back than was approved',
    file: guard,
    find: 'if (refunded + request.amount > approvedAmount)',
    put: 'if (refunded > approvedAmount)',
  },
  {
    name: 'a notification is of the first revision that it fits',
    file: notified,
    find: 'if (candidates.length > 1) return',
    put: 'if (candidates.length < 0) return',
  },
  {
    name: 'a notification is believed where KICC could still tell',
    file: notified,
    find: 'return !revision.response && this.settings.now() < windowEnd(revision);',
    put: 'return !revision.response && revision.version < 0;',
  },
  {
    name: 'a notification may be of any time',
    file: matching,
    find: 'return isNear && isBetween',
    put: 'return (isNear || !isNear) && isBetween',
  },
  {
    name: "KICC's ids may be of any time",
    file: matching,
    find: '|| (named && Math.abs(named.getTime() - told.getTime()) > CLOCKS_MS)',
    put: '',
  },
  {
    name: 'a notification may be of any amount',
    file: matching,
    find: 'if (isPartial(request)) return told === request.amount;',
    put: '',
  },
  {
    name: 'a notification may be of any kind of change',
    file: matching,
    find: 'isOfWhole && fitsKind(notification, revision) && fitsAmount',
    put: 'isOfWhole && fitsAmount',
  },
  {
    name: "that nothing left counts for another's sending",
    file: 'lib/revise/journaled-revision.ts',
    find: 'if (isOvertaken && !this.learnsFrom(evidence, now)) return undefined;',
    put: '',
  },
  {
    name: "a refund's correction is not tried again",
    file: decide,
    find: '(completion !== undefined && !corrected)',
    put: 'completion !== undefined',
  },
];
