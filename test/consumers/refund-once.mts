// The `main.ts` of an app that refunds one payment at the simulator: in this process, in a worker, or at the word of a message.
import { createServer, type AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Transport, type MicroserviceOptions, type TcpOptions } from '@nestjs/microservices';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { firstValueFrom } from 'rxjs';
import { RefundsModule, RefundsService, type RefundDto } from './refunds.mjs';

async function inContext(refund: RefundDto): Promise<string> {
  const context = await NestFactory.createApplicationContext(RefundsModule, { logger: ['error'] });
  const { status } = await context.get(RefundsService).refund(refund);
  await context.close();
  return status;
}

function inWorker(refund: RefundDto): Promise<string> {
  const worker = new Worker(process.argv[1]!, { workerData: refund });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

async function byMessage(refund: RefundDto): Promise<string> {
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const tcp: TcpOptions = { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(RefundsModule, { ...tcp, logger: ['error'] });
  await app.listen();
  const client = ClientProxyFactory.create(tcp as Parameters<typeof ClientProxyFactory.create>[0]);
  const status = await firstValueFrom(client.send<string>('refund', refund));
  client.close();
  await app.close();
  return status;
}

async function refundOnce(way: string | undefined): Promise<void> {
  const mall = { mallId: 'T0000001', secretKey: 'simulator-secret' };
  const kicc = await KiccSimulator.start({ malls: [mall] });
  Object.assign(process.env, { KICC_MALL_ID: mall.mallId, KICC_SECRET_KEY: mall.secretKey, KICC_BASE_URL: kicc.url });
  const refund = { refundId: 'refund-1', pgCno: kicc.approve({ amount: 10_000 }).pgCno };
  const status = await (way === 'worker' ? inWorker : way === 'message' ? byMessage : inContext)(refund);
  await kicc.stop();
  if (status !== 'succeeded' || kicc.effects().length !== 1) throw new Error(status);
}

if (isMainThread) void refundOnce(process.argv[2]);
else void inContext(workerData as RefundDto).then((status) => parentPort!.postMessage(status));
