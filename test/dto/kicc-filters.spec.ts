import { readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import {
  Body,
  Controller,
  HttpException,
  Injectable,
  Param,
  Post,
  SetMetadata,
  UseFilters,
  type INestApplication,
} from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { KiccField, KiccModule, KiccRequestPipe, RevisePaymentService } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { codeBlocks, documents } from '../docs/markdown.js';
import { MALL, recordLog } from '../revise/shop.js';
import { KiccErrorFilter, KiccMessageFilter } from './documented-filters.js';

class RefundDto {
  @KiccField('shopTransactionId') readonly refundId!: string;
  @KiccField('pgCno') readonly payment!: string;
  @KiccField('amount', { required: true }) readonly won!: number;
}

@Controller('refunds')
@UseFilters(KiccErrorFilter)
class RefundsController {
  constructor(private readonly payments: RevisePaymentService) {}

  @Post()
  async refund(@Body(KiccRequestPipe) { refundId, payment, won }: RefundDto): Promise<object> {
    const request = { shopTransactionId: refundId, pgCno: payment, amount: won, payMethodTypeCode: '11' } as const;
    const { status } = await this.payments.cancelPartially(request);
    return { status };
  }

  @Post(':id/settle')
  async settle(@Param('id') id: string): Promise<object> {
    return this.payments.settle(id);
  }
}

@Controller()
@UseFilters(KiccMessageFilter)
class RefundMessages {
  constructor(private readonly payments: RevisePaymentService) {}

  @MessagePattern('refund')
  refund(@Payload(KiccRequestPipe) dto: RefundDto): object {
    return { ...dto };
  }

  @MessagePattern('settle')
  async settle(@Payload() id: string): Promise<object> {
    return this.payments.settle(id);
  }
}

@Controller()
class UnfilteredMessages {
  @MessagePattern('unfiltered')
  refund(@Payload(KiccRequestPipe) dto: RefundDto): object {
    return dto;
  }
}

/** As one of GraphQL: `@Args()` of `@nestjs/graphql` notes on parameters what `@Body()` does. */
@Injectable()
@UseFilters(KiccMessageFilter)
class RefundResolver {
  constructor(private readonly payments: RevisePaymentService) {}

  @SetMetadata('graphql:resolver_type', 'Mutation')
  refund(@Body('input', KiccRequestPipe) dto: RefundDto): object {
    return dto;
  }

  @SetMetadata('graphql:resolver_type', 'Mutation')
  async settle(@Body('id') id: string): Promise<object> {
    return this.payments.settle(id);
  }
}

const NOT_FOUND = { code: 'KICC_REVISION_NOT_FOUND', message: expect.any(String) };
const FAULTS = {
  statusCode: 400,
  code: 'KICC_VALIDATION',
  violations: [
    { field: 'payment', rule: 'required', message: expect.any(String), remedy: expect.any(String) },
    { field: 'won', rule: 'minimum', message: expect.any(String), remedy: expect.any(String) },
  ],
};

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function openApp(adapter = new ExpressAdapter() as ExpressAdapter | FastifyAdapter): Promise<{
  app: INestApplication;
  kicc: KiccSimulator;
}> {
  const kicc = await KiccSimulator.start({ malls: [MALL] });
  open.push({ close: () => kicc.stop() });
  const testing = await Test.createTestingModule({
    imports: [KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...MALL })],
    controllers: [RefundsController, RefundMessages, UnfilteredMessages],
    providers: [RefundResolver],
  })
    .setLogger(recordLog().logger)
    .compile();
  const app = testing.createNestApplication(adapter);
  open.push(app);
  return { app, kicc };
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('pipe and filter on %s', (_, adapter) => {
  it('answer with what was done, and with every fault', async () => {
    const { app, kicc } = await openApp(adapter());
    await app.listen(0, '127.0.0.1');
    const root = await app.getUrl();
    const post = async (path: string, body: object): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${root}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    };
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const refund = { refundId: 'refund-1', payment: pgCno, won: '3000' };
    expect(await post('refunds', refund)).toEqual({ status: 201, body: { status: 'succeeded' } });
    expect(await post('refunds', { refundId: 'refund-1', won: 0 })).toMatchObject({ status: 400, body: FAULTS });
    expect(await post('refunds', { ...refund, won: 5 })).toMatchObject({ status: 409, body: { code: 'KICC_REVISE_CONFLICT' } });
    expect(await post('refunds/refund-2/settle', {})).toMatchObject({ status: 404, body: NOT_FOUND });
  });
});

describe('pipe and filter elsewhere', () => {
  it('tell a client of a microservice every fault', async () => {
    const { app } = await openApp();
    const options = { host: '127.0.0.1', port: 0 };
    const microservice = app.connectMicroservice<MicroserviceOptions>({ transport: Transport.TCP, options });
    await app.init();
    await app.startAllMicroservices();
    const { port } = microservice.unwrap<Server>().address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });
    open.push({ close: () => Promise.resolve(client.close()) });
    const send = (pattern: string, data: unknown): Promise<unknown> => firstValueFrom(client.send<unknown>(pattern, data));

    const dto = { refundId: 'refund-1', payment: '24090309595910880703', won: '3000' };
    expect(await send('refund', dto)).toEqual({ ...dto, won: 3_000 });
    await expect(send('refund', { refundId: 'refund-1', won: 0 })).rejects.toMatchObject(FAULTS);
    await expect(send('settle', 'refund-2')).rejects.toMatchObject(NOT_FOUND);
    await expect(send('unfiltered', {})).rejects.toEqual({ status: 'error', message: 'Internal server error' });
  });

  it('give GraphQL an error with every fault', async () => {
    const { app } = await openApp();
    await app.init();
    const resolver = app.get(RefundResolver);
    const creator = app.get(ExternalContextCreator);
    // As `@nestjs/graphql` calls a resolver's method: with root, args, context and info.
    const call = (method: 'refund' | 'settle', args: object): Promise<unknown> => {
      const callback = resolver[method].bind(resolver) as (...args: unknown[]) => unknown;
      const params = {
        exchangeKeyForValue: (_type: number, name: unknown, given: object[]) =>
          Reflect.get(given[1]!, name as string) as unknown,
      };
      const on = creator.create(
        resolver,
        callback,
        method,
        '__routeArguments__',
        params,
        undefined,
        undefined,
        undefined,
        'graphql',
      );
      return on({}, args, {}, {});
    };
    const input = { __proto__: null, refundId: 'refund-1', payment: '24090309595910880703', won: 3_000 };
    const dto = await call('refund', { input });
    expect(dto).toBeInstanceOf(RefundDto);
    expect({ ...(dto as object) }).toEqual({ ...input });
    const refused = await call('refund', { input: { refundId: 'refund-1', won: 0 } });
    expect(refused).toBeInstanceOf(HttpException);
    expect((refused as HttpException).getResponse()).toMatchObject(FAULTS);
    const missing = await call('settle', { id: 'refund-2' });
    expect((missing as HttpException).getStatus()).toBe(404);
    expect((missing as HttpException).getResponse()).toMatchObject(NOT_FOUND);
  });
});

describe('the documents', () => {
  const folded = (code: string): string => code.replace(/\s+/g, ' ').trim();

  it.each(['KiccErrorFilter', 'KiccMessageFilter'])('show the %s that is tested, in both languages', (name) => {
    const tested = folded(readFileSync('test/dto/documented-filters.ts', 'utf8'));
    const shown = documents.flatMap(codeBlocks).filter(({ code }) => code.includes(`class ${name} `));
    expect(shown.length).toBeGreaterThanOrEqual(2);
    for (const { code } of shown) expect(tested).toContain(folded(code.replace(/^import .*$/gm, '')));
  });
});
