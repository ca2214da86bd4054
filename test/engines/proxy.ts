import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../gateway/loopback-server.js';

/** Stands in front of a server, and can be cut off from it. */
export interface Proxy {
  /** The server's URL by way of here. */
  readonly url: string;
  /** How many of the next connections are dropped as soon as they come. */
  drops: number;
  /** Drops those that stand. */
  cut(): void;
  stop(): Promise<void>;
}

/** @param server the server's URL. */
export async function proxyOf(server: string): Promise<Proxy> {
  const to = new URL(server);
  const standing = new Set<Socket>();
  const proxy = createServer((socket) => {
    if (self.drops > 0) {
      self.drops--;
      socket.destroy();
      return;
    }
    const upstream = connect(Number(to.port), to.hostname);
    for (const one of [socket, upstream]) {
      standing.add(one);
      const other = one === socket ? upstream : socket;
      one.pipe(other);
      one
        .on('error', () => undefined)
        .on('close', () => {
          standing.delete(one);
          other.destroy();
        });
    }
  });
  const { port, stop } = await listen(proxy);
  const url = new URL(server);
  url.host = `127.0.0.1:${port}`;
  const self: Proxy = { url: url.href, drops: 0, cut: () => standing.forEach((socket) => socket.destroy()), stop };
  return self;
}
