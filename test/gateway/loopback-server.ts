import http from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A real HTTP server on loopback that answers as the test says, and counts what reaches it. */
export interface LoopbackServer {
  readonly url: string;
  readonly port: number;
  /** Bodies of the requests that came in, in order. */
  readonly bodies: string[];
  readonly headers: http.IncomingHttpHeaders[];
  connections: number;
  hangUps: number;
  readonly stop: () => Promise<void>;
}

export type Answer = (response: http.ServerResponse, request: http.IncomingMessage, body: string) => void;

export async function serve(answer: Answer): Promise<LoopbackServer> {
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      loopback.bodies.push(body);
      loopback.headers.push(request.headers);
      response.on('close', () => {
        if (!response.writableFinished) loopback.hangUps++;
      });
      answer(response, request, body);
    });
  });
  const { port, stop } = await listen(server);
  const loopback: LoopbackServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    bodies: [],
    headers: [],
    connections: 0,
    hangUps: 0,
    stop,
  };
  server.on('connection', () => loopback.connections++);
  return loopback;
}

/** Starts any server on a free loopback port. Stopping it ends its connections too. */
export async function listen(server: Server): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { port: (server.address() as AddressInfo).port, stop };
}

/** Answers with JSON. */
export function json(response: http.ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}
