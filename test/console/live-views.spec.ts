import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { NEVER } from 'rxjs';
import { LiveViews } from '../../lib/console/live-views.js';

let views: LiveViews;
let server: Server;
/** What is done with each request. */
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  views = new LiveViews(NEVER);
  answer = (response) => views.follow(response, () => Promise.resolve('the same'));
  server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  views.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const port = (): number => (server.address() as AddressInfo).port;
const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${port()}/`);

it('keeps no place for browsers that were gone before it was known who they are', async () => {
  const follow = answer;
  for (let gone = 0; gone < 100; gone++) {
    const left = new Promise<void>((resolve) => {
      answer = (response) => {
        response.once('close', () => {
          follow(response);
          resolve();
        });
        browser.destroy();
      };
    });
    const browser = connect(port(), '127.0.0.1', () => void browser.write('GET / HTTP/1.1\r\nhost: shop\r\n\r\n'));
    await left;
  }
  answer = follow;
  const response = await ask();
  expect(response.status).toBe(200);
  await response.body?.cancel();
});

it('ends at once what comes again while the app closes, and lets it come later', async () => {
  views.stop();
  const response = await ask();
  expect(await response.text()).toBe('retry: 3000\n\n');
  expect(response.status).toBe(200);
});
