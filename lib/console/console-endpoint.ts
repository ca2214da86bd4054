import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger, PayloadTooLargeException, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { isLoopback } from '../kicc.options.js';
import { bytesOf, type BodyRequest } from '../notification/request-body.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { booksOf } from './console-books.js';
import { ConsolePages, type ConsoleAnswer, type ConsoleQuestion } from './console-pages.js';
import type { ConsoleUser, KiccConsoleSettings } from './kicc-console.options.js';

/** What is used of a request of Express or Fastify. */
export interface ConsoleRequest extends BodyRequest {
  readonly url: string;
  /** Express: before routers have cut it. */
  readonly originalUrl?: string;
  readonly raw?: IncomingMessage;
}

/** What is used of a response of Express or Fastify. */
export interface ConsoleResponse {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body: string): unknown;
  /** Fastify: Node's own response, once it is told to leave it alone. */
  readonly raw?: ServerResponse;
  hijack?(): void;
}

/** One console of an app, behind its controller. */
export class ConsoleEndpoint implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('KiccConsoleModule');
  #pages: ConsolePages | undefined;

  constructor(
    private readonly modules: ModuleRef,
    private readonly settings: KiccConsoleSettings,
  ) {}

  /** @throws {KiccConfigurationError} if there is no `KiccModule`, or anybody could look. */
  onModuleInit(): void {
    const books = booksOf(this.modules, this.settings.kicc);
    this.refuseUnguarded(books.payments.baseUrl);
    this.#pages = new ConsolePages(books, this.settings);
  }

  /** Ends what is live, or the server would wait for it; Nest calls it. */
  beforeApplicationShutdown(): void {
    this.#pages?.stop();
  }

  async show(request: ConsoleRequest, response: ConsoleResponse): Promise<void> {
    const { pages } = this;
    await reply(response, pages.asset(queryOf(request)) ?? (await pages.show(await this.questionOf(request))));
  }

  async act(request: ConsoleRequest, response: ConsoleResponse): Promise<void> {
    await reply(response, await this.pages.act(await this.questionOf(request), () => formOf(request)));
  }

  private get pages(): ConsolePages {
    if (!this.#pages) throw new Error('Nest has not started the console.');
    return this.#pages;
  }

  private refuseUnguarded(baseUrl: string): void {
    if (this.settings.authorize) return;
    if (!isLoopback(new URL(baseUrl))) {
      throw new KiccConfigurationError([
        'KiccConsoleModule.authorize: is missing, so anybody could look at refunds and decide about them. Give a function of the request that ' +
          "returns { actor, may: 'look' | 'decide' }, or nothing for whoever may not: by your session, token or proxy.",
      ]);
    }
    this.#logger.warn(
      'authorize is missing: whoever reaches this app may look and decide, as "anybody". It starts only because baseUrl is loopback.',
    );
  }

  private async questionOf(request: ConsoleRequest): Promise<ConsoleQuestion> {
    const user = this.settings.authorize ? await this.settings.authorize(request) : ANYBODY;
    const languages = request.headers['accept-language'];
    return {
      user: isUser(user) ? user : undefined,
      query: queryOf(request),
      languages: Array.isArray(languages) ? languages[0] : languages,
    };
  }
}

const ANYBODY: ConsoleUser = { actor: 'anybody', may: 'decide' };

function isUser(user: unknown): user is ConsoleUser {
  const { actor, may } = Object(user) as Partial<ConsoleUser>;
  return typeof actor === 'string' && /^.{1,100}$/su.test(actor.trim()) && (may === 'look' || may === 'decide');
}

function queryOf({ originalUrl, url }: ConsoleRequest): URLSearchParams {
  return new URL(originalUrl ?? url, 'http://console.invalid').searchParams;
}

async function formOf(request: ConsoleRequest): Promise<URLSearchParams> {
  const bytes = await bytesOf(request).catch((error: unknown) => {
    throw error instanceof RangeError ? new PayloadTooLargeException('The form is too long.') : error;
  });
  if (bytes) return new URLSearchParams(bytes.toString('utf8'));
  const fields = Object.entries(request.body as Record<string, unknown>);
  return new URLSearchParams(fields.filter((field): field is [string, string] => typeof field[1] === 'string'));
}

async function reply(response: ConsoleResponse, answer: ConsoleAnswer): Promise<void> {
  if ('write' in answer) {
    response.hijack?.();
    // Node's own response, which the framework leaves alone from here on.
    await answer.write(response.raw ?? (response as unknown as ServerResponse));
    return;
  }
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) response.header(name, value);
  response.send(answer.body);
}
