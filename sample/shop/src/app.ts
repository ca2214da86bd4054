import './load-env.js';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import cookieSession from 'cookie-session';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { seed } from './database/seed.js';
import type { Listening } from './demo.js';
import { SimulatorClient } from './lab/simulator-client.js';
import type { ShopSession } from './session/shop-session.js';
import { ShopClock } from './shop-clock.js';

const PUBLIC = join(import.meta.dirname, '../../sample/shop/public');
const { PORT = '3000', HOST = '127.0.0.1', SESSION_SECRET = randomBytes(32).toString('hex') } = process.env;
const simulatorUrl = process.env['KICC_SIMULATOR_URL'];

// Whoever started it with the simulators is gone, and so are they.
process.on('disconnect', () => process.exit());

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  rawBody: true,
  logger: process.env['SHOP_QUIET'] === '1' ? ['error', 'warn'] : ['error', 'warn', 'log'],
});
app.enableShutdownHooks();
// The demo is served without TLS on this machine; the rest of helmet's defaults fit.
app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } }, hsts: false }));
app.useStaticAssets(PUBLIC, { prefix: '/static/' });
app.use(
  cookieSession({
    name: 'shop',
    keys: [SESSION_SECRET],
    httpOnly: true,
    sameSite: 'lax',
    secure: process.env['SECURE_COOKIES'] === '1',
    maxAge: 12 * 60 * 60_000,
  }),
);
app.use((request: Request, response: Response, next: NextFunction) => {
  const session = request.session as ShopSession;
  session.csrf ??= randomBytes(18).toString('base64url');
  // A page from the browser's own store would hold an old state of an order.
  response.setHeader('cache-control', 'no-store');
  next();
});
const description = new DocumentBuilder()
  .setTitle('Shop')
  .setDescription('A sample shop on nestjs-kicc')
  .addCookieAuth('shop')
  .build();
SwaggerModule.setup('openapi', app, () => SwaggerModule.createDocument(app, description), {
  ui: false,
  jsonDocumentUrl: 'openapi.json',
});

if (simulatorUrl !== undefined) await seed(app.get(DataSource), app.get(ShopClock).now());
await app.listen(Number(PORT), HOST);
const { port } = new URL(await app.getUrl());
if (simulatorUrl !== undefined) {
  await new SimulatorClient(simulatorUrl).notify(`http://127.0.0.1:${port}/kicc/notifications`);
}
process.send?.({ port: Number(port) } satisfies Listening);
