import { existsSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { simulateKicc } from './simulate-kicc.js';

const PORT = Number(process.env['PORT'] ?? 3000);

if (!process.env['KICC_MALL_ID'] && !existsSync('sample/01-cancel/.env')) {
  const kicc = await simulateKicc();
  const { pgCno, amount } = kicc.approve({ amount: 10_000, payMethodTypeCode: '11' });
  console.log(`KICC is the simulator at ${kicc.url}. It has approved a card payment of ${amount} won. Refund a part of it:

  curl -X POST http://127.0.0.1:${PORT}/refunds -H 'Content-Type: application/json' \\
       -d '{"refundId":"refund-1","pgCno":"${pgCno}","amount":3000}'

and look it up: curl http://127.0.0.1:${PORT}/refunds/refund-1
`);
}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(PORT, '127.0.0.1');
