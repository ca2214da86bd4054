// Revisions as calls make them, for what measures the journal alone.
import { randomUUID } from 'node:crypto';
import { checkReviseRequest } from '../dist/esm/protocol/check-revise-request.js';
import { decodeReviseResponse } from '../dist/esm/protocol/decode.js';
import { decide } from '../dist/esm/revision/decide.js';
import { trailEntry } from '../dist/esm/revision/trail.js';
import { accept, conclude, startSending } from '../dist/esm/revision/transitions.js';

export const MALL = 'T0000001';
const POLICY = {
  openCodes: [],
  timeoutMs: 30_000,
  settlement: { queryDelaysMs: [60_000], resendAfterMs: 600_000, escalateBeforeMs: 600_000, reviewMs: 600_000 },
  clock: { at: () => undefined },
  random: () => 0.5,
};

/** One whose first delivery follows at once: what a call opens. */
export function newRevision({ id = randomUUID().replaceAll('-', ''), pgCno = id.slice(0, 20) } = {}) {
  const now = new Date();
  const request = {
    shopTransactionId: id,
    pgCno,
    reviseTypeCode: '40',
    clientId: 'admin-7',
    reviseMessage: '고객 변심에 의한 취소',
  };
  const revision = accept({ request: checkReviseRequest(request, [MALL]) }, now);
  return startSending(revision, '20260302', now, new Date(now.getTime() + 120_000));
}

/** The same when KICC has carried it out: what the call saves. */
export function settled(revision) {
  const now = new Date();
  const response = decodeReviseResponse({
    resCd: '0000',
    resMsg: '정상',
    mallId: MALL,
    shopTransactionId: revision.shopTransactionId,
    shopOrderNo: 'order-20260302-0001',
    oriPgCno: revision.pgCno,
    cancelPgCno: '26030214022110000002',
    transactionDate: '20260302140221',
    cancelAmount: 10_000,
    remainAmount: 0,
    statusCode: 'TS02',
    statusMessage: '승인취소',
    escrowUsed: 'N',
    reviseInfo: {
      payMethodTypeCode: '11',
      approvalNo: '30001234',
      approvalDate: '20260302140221',
      cardInfo: { couponAmount: 0 },
      cashReceiptInfo: { resCd: '', resMsg: '', approvalNo: '', cancelDate: '' },
    },
  });
  const evidence = { kind: 'answer', response, contradicted: [] };
  const decision = decide(revision, evidence, now, POLICY);
  const seen = [trailEntry('delivery', evidence, decision.status, now, '20260302')];
  const next = Object.freeze({ ...conclude(revision, evidence, decision, now, seen), version: revision.version + 1 });
  if (next.status !== 'succeeded') throw new Error(`It came to ${next.status}.`);
  return next;
}
