import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from '@jest/globals';
import { describeRefundingApps } from '../schematics/refunding-app.js';

/** It generates and compiles a whole app. */
const MAY_TAKE_MS = 240_000;
const modules = 'test/clients/node_modules';

const PRISMA_SERVICE = `import { Injectable } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.js';

@Injectable()
export class PrismaService extends PrismaClient {
  constructor() {
    super({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
`;
const PRISMA_MODULE = `import { Module } from '@nestjs/common';
import { PrismaService } from './prisma.service.js';

@Module({ providers: [PrismaService], exports: [PrismaService] })
export class PrismaModule {}
`;

describeRefundingApps((engine, refundsBy) => {
  const driver = ({ sqlite: 'better-sqlite3', postgres: 'pg', mariadb: 'mysql2' } as const)[engine.name];
  it('on Drizzle', () => refundsBy({ type: 'cjs', packages: ['drizzle-orm', driver], modules }), MAY_TAKE_MS);

  if (engine.name !== 'postgres') return;
  it(
    'on the Prisma client that the app has',
    () =>
      refundsBy({
        type: 'esm',
        packages: ['@prisma/client', '@prisma/adapter-pg'],
        modules,
        write: (app) => {
          cpSync('test/clients/build/postgresql', join(app.folder, 'src/generated/prisma'), { recursive: true });
          mkdirSync(join(app.folder, 'src/prisma'));
          app.write('src/prisma/prisma.service.ts', PRISMA_SERVICE);
          app.write('src/prisma/prisma.module.ts', PRISMA_MODULE);
        },
      }),
    MAY_TAKE_MS,
  );
});
