import { expect, it } from '@jest/globals';
import { UndiciTransport } from '../../lib/undici/index.js';
import { json } from '../gateway/loopback-server.js';
import { cleanUps, describeTransport, post, server } from '../gateway/transport-cases.js';

describeTransport((options) => new UndiciTransport(options));

it('makes no more connections than it may', async () => {
  const kicc = await server((response) => void setImmediate(() => json(response, {})));
  const over = new UndiciTransport({ connections: 2 });
  cleanUps.push(() => over.onApplicationShutdown());
  await Promise.all(Array.from({ length: 20 }, () => post(over, kicc.url)));
  expect(kicc.bodies).toHaveLength(20);
  expect(kicc.connections).toBe(2);
});

it('sends nothing of what was given up while it waited for a connection', async () => {
  const kicc = await server((response) => void setImmediate(() => json(response, {})));
  const over = new UndiciTransport({ connections: 1 });
  cleanUps.push(() => over.onApplicationShutdown());
  const first = post(over, kicc.url);
  over.post({ url: kicc.url, body: '{"given":"up"}' }).subscribe().unsubscribe();
  await first;
  await post(over, kicc.url);
  expect(kicc.bodies).not.toContain('{"given":"up"}');
  expect(kicc.bodies).toHaveLength(2);
});
