import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { ApiLook } from '../../lib/console/api-look.js';
import { until } from '../revise/shop.js';

it('waits no longer than a person does', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await until(() => silent.listening, 'the server');
  const { port } = silent.address() as AddressInfo;
  const at = new Date();
  const look = new ApiLook(`http://127.0.0.1:${port}`, () => at, 20);
  await expect(look.look()).resolves.toEqual({ at, checks: undefined });
  silent.closeAllConnections();
  silent.close();
});
