import { open as openDrizzle } from './open/drizzle.js';
import { open as openKnex } from './open/knex.js';
import { open as openKysely } from './open/kysely.js';
import { open as openMikroOrm } from './open/mikro-orm.js';
import type { Open } from './open/open-client.js';
import { open as openPrisma } from './open/prisma.js';

export const clients: Readonly<Record<string, Open>> = {
  Prisma: openPrisma,
  Drizzle: openDrizzle,
  Kysely: openKysely,
  Knex: openKnex,
  MikroORM: openMikroOrm,
};
