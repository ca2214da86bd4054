import './load-env.js';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { seed } from './database/seed.js';
import type { FromShop } from './demo.js';
import { SimulatorClient } from './lab/simulator-client.js';
import { PUBLIC, STYLE } from './web/style.js';

const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const simulatorUrl = process.env['KICC_SIMULATOR_URL'];
const OURS = ["'self'"];
const NONE = ["'none'"];

// Whoever started it with the simulators is gone, and so are they.
process.on('disconnect', () => process.exit());

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  rawBody: true,
  logger: simulatorUrl === undefined ? ['error', 'warn', 'log'] : ['error', 'warn'],
});
app.enableShutdownHooks();
app.use(
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...{ defaultSrc: NONE, baseUri: NONE, frameAncestors: NONE },
        ...{ styleSrc: OURS, scriptSrc: OURS, connectSrc: OURS, imgSrc: OURS, formAction: OURS },
      },
    },
    // The demo is served without TLS on this machine.
    strictTransportSecurity: false,
    // "Back" leads to where somebody came from.
    referrerPolicy: { policy: 'same-origin' },
  }),
);
app.useStaticAssets(PUBLIC, { prefix: '/static/' });
app.use('/style.css', (_: Request, response: Response) => response.type('css').send(STYLE));

if (simulatorUrl !== undefined) await seed(app.get(DataSource), new SimulatorClient(simulatorUrl));
await app.listen(Number(PORT), HOST);
const { port } = new URL(await app.getUrl());
process.send?.({ listeningOn: port } satisfies FromShop);
