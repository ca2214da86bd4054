// A gateway that answers at once, in a process of its own: hand-parsed HTTP/1.1 on plain sockets, so that it costs little beside the
// clients. Knows KICC's revise and status query, stripe's refunds and PortOne's cancellations. Told by IPC, counts connections and TLS handshakes.
import { readFileSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import net from 'node:net';
import tls from 'node:tls';
import { serve } from './child.mjs';

const [, , keyFile, certificateFile] = process.argv;
const seen = { connections: 0, handshakes: 0, requests: 0 };
/** What is done to the next answers: how many are left out of the usual, and how. */
let faults = { every: 0 };

const STRIPE_REFUND = JSON.stringify({
  id: 're_3PqR1a2b3c4d5e6f7g8h9i0j',
  object: 'refund',
  amount: 3000,
  balance_transaction: 'txn_3PqR1a2b3c4d5e6f7g8h9i0j',
  charge: 'ch_3PqR1a2b3c4d5e6f7g8h9i0j',
  created: 1_767_225_600,
  currency: 'krw',
  destination_details: { card: { reference: '5364785369', reference_status: 'available', type: 'refund' }, type: 'card' },
  metadata: { order_id: 'order-20260302-0001' },
  payment_intent: 'pi_3PqR1a2b3c4d5e6f7g8h9i0j',
  reason: 'requested_by_customer',
  receipt_number: null,
  status: 'succeeded',
});

const PORTONE_CANCELLATION = JSON.stringify({
  cancellation: {
    status: 'SUCCEEDED',
    id: '0194e5f2-a6a8-7bde-9a4f-0a1b2c3d4e5f',
    pgCancellationId: '26030214022110000002',
    totalAmount: 3000,
    taxFreeAmount: 800,
    vatAmount: 200,
    reason: '고객 변심에 의한 부분취소',
    cancelledAt: '2026-03-02T05:02:21Z',
    requestedAt: '2026-03-02T05:02:20Z',
    trigger: 'API',
    receiptUrl: 'https://receipt.example/0194e5f2',
  },
});

/** KICC's answer, with the echoes of the request. */
function reviseAnswer(body) {
  const amount = /"amount":(\d+)/.exec(body)?.[1] ?? '10000';
  return (
    `{"resCd":"0000","resMsg":"정상","mallId":"${textOf(body, 'mallId')}","shopTransactionId":"${textOf(body, 'shopTransactionId')}",` +
    `"shopOrderNo":"order-20260302-0001","oriPgCno":"${textOf(body, 'pgCno')}","cancelPgCno":"26030214022110000002",` +
    `"transactionDate":"20260302140221","cancelAmount":${amount},"remainAmount":7000,"statusCode":"TS06","statusMessage":"부분취소완료",` +
    '"escrowUsed":"N","reviseInfo":{"payMethodTypeCode":"11","approvalNo":"30001234","approvalDate":"20260302140221",' +
    '"cardInfo":{"couponAmount":0},"cashReceiptInfo":{"resCd":"","resMsg":"","approvalNo":"","cancelDate":""}}}'
  );
}

function textOf(body, name) {
  const begin = body.indexOf(`"${name}":"`) + name.length + 4;
  return body.slice(begin, body.indexOf('"', begin));
}

function answerTo(path, body) {
  if (path.startsWith('/api/trades/revise')) return reviseAnswer(body);
  if (path.startsWith('/api/trades/retrieve')) {
    return `{"resCd":"9999","resMsg":"없음","shopTransactionId":"${textOf(body, 'shopTransactionId')}"}`;
  }
  return path.startsWith('/payments/') ? PORTONE_CANCELLATION : STRIPE_REFUND;
}

function answerAll(socket) {
  seen.connections++;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('data', (data) => {
    pending += data;
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = pending.slice(0, headEnd);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (pending.length < headEnd + 4 + length) return;
      const body = pending.slice(headEnd + 4, headEnd + 4 + length);
      pending = pending.slice(headEnd + 4 + length);
      seen.requests++;
      if (faults.every > 0 && seen.requests % faults.every === 0) {
        // By turns: the answer is lost, it is no answer of KICC's, KICC refuses.
        const turn = (seen.requests / faults.every) % 3;
        if (turn === 0) return void socket.destroy();
        if (turn === 1) {
          write(socket, 503, 'Service Unavailable');
          continue;
        }
        write(socket, 200, `{"resCd":"E999","resMsg":"refused","shopTransactionId":"${textOf(body, 'shopTransactionId')}"}`);
        continue;
      }
      write(socket, 200, answerTo(head.slice(head.indexOf(' ') + 1), body));
    }
  });
}

function write(socket, status, body) {
  const bytes = Buffer.byteLength(body);
  socket.write(
    `HTTP/1.1 ${status} OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${bytes}\r\nConnection: keep-alive\r\n\r\n${body}`,
  );
}

const server = keyFile
  ? tls.createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, answerAll)
  : net.createServer(answerAll);
server.on('secureConnection', () => seen.handshakes++);
server.listen(0, '127.0.0.1', () =>
  serve(
    {
      seen: () => ({ ...seen }),
      fail(given) {
        faults = given;
      },
    },
    `http${keyFile ? 's' : ''}://127.0.0.1:${server.address().port}`,
  ),
);
