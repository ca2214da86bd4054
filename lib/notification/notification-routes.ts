import type { AbstractHttpAdapter } from '@nestjs/core';

/** What is used of an Express app, and of its router, which Express 4 calls `_router`. */
interface Express {
  readonly _router?: ExpressRouter;
  readonly router?: ExpressRouter;
}
interface ExpressRouter {
  readonly stack: readonly {
    readonly route?: { readonly path: unknown; readonly stack: readonly { readonly handle: object }[] };
  }[];
}
interface ExpressRequest {
  readonly method: string;
  readonly path: string;
  body?: unknown;
}

/** What is used of a Fastify app. */
interface Fastify {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown, done: (error: null) => void) => void): void;
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): void;
}
interface FastifyRoute {
  readonly url: string;
  readonly handler: object;
  preParsing?: FastifyPreParsing[] | FastifyPreParsing;
}
type FastifyPreParsing = (
  request: { readonly raw: { readonly headers: Record<string, unknown> } },
  reply: unknown,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
) => void;

const ENDPOINT = Symbol('KICC_NOTIFICATION_ENDPOINT');

/** A type of body that no parser of an app's is for. */
const UNPARSED = 'application/x-kicc-notification';

/** Marks a controller's method `receive`. Nest copies such marks to what it gives Express or Fastify. */
export function markEndpoint({ prototype }: { readonly prototype: { readonly receive: object } }): void {
  Reflect.defineMetadata(ENDPOINT, prototype.constructor, prototype.receive);
}

/**
 * The routes that Nest made of an endpoint: where prefixes have moved them, Nest tells nobody. Keeps parsers of the app's from
 * refusing what comes there, and changes nothing elsewhere.
 */
export class NotificationRoutes {
  #paths: () => readonly string[] = () => [];

  constructor(private readonly controller: object) {}

  /** Where it is; known once Nest has made the routes. */
  get paths(): readonly string[] {
    return this.#paths();
  }

  /** Once the app's parsers are there, and its routes are not yet. */
  prepare(adapter: AbstractHttpAdapter): void {
    if (adapter.getType() === 'fastify') this.prepareFastify(adapter.getInstance<Fastify>());
    if (adapter.getType() === 'express') this.prepareExpress(adapter);
  }

  private prepareFastify(app: Fastify): void {
    const paths: string[] = [];
    this.#paths = () => paths;
    if (!app.hasContentTypeParser(UNPARSED)) app.addContentTypeParser(UNPARSED, (_request, _payload, done) => done(null));
    app.addHook('onRoute', (route) => {
      if (!this.isOurs(route.handler)) return;
      paths.push(route.url);
      const unparsed: FastifyPreParsing = ({ raw }, _reply, payload, done) => {
        raw.headers['content-type'] = UNPARSED;
        done(null, payload);
      };
      route.preParsing = [route.preParsing ?? [], unparsed].flat();
    });
  }

  private prepareExpress(adapter: AbstractHttpAdapter): void {
    const app = adapter.getInstance<Express>();
    this.#paths = () =>
      ((app._router ?? app.router)?.stack ?? [])
        .filter(({ route }) => route?.stack.some(({ handle }) => this.isOurs(handle)))
        .map(({ route }) => String(route?.path));
    // By its four parameters, Express knows that it is for errors.
    adapter.use((error: unknown, request: ExpressRequest, _response: unknown, next: (error?: unknown) => void) => {
      const { type, body } = Object(error) as { readonly type?: unknown; readonly body?: unknown };
      const isOfParser = type === 'charset.unsupported' || type === 'entity.parse.failed';
      if (!isOfParser || request.method !== 'POST' || !this.paths.includes(request.path.replace(/(?<=.)\/$/, ''))) {
        next(error);
        return;
      }
      request.body = body;
      next();
    });
  }

  private isOurs(handler: object): boolean {
    return Reflect.getMetadata(ENDPOINT, handler) === this.controller;
  }
}
