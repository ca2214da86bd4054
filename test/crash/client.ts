import { existsSync } from 'node:fs';
import { byDriver } from '../shop-clients/drivers.js';
import type { ConnectClient } from '../shop-clients/shops-client.js';
import { byTypeOrm } from '../shop-clients/typeorm.js';

/** By what a shop, and its journal, reach the database. */
export const CLIENTS = ['typeorm', 'driver', 'prisma', 'drizzle', 'kysely', 'knex', 'mikro-orm'] as const;
export type Client = (typeof CLIENTS)[number];

const ROOTS: Readonly<Partial<Record<Client, ConnectClient<never>>>> = {
  typeorm: byTypeOrm as ConnectClient<never>,
  driver: byDriver,
};

/** The others are installed, and compiled, apart: see test/clients. */
const apart = (name: string): URL => new URL(`../clients/open/${name}.js`, import.meta.url);

export function isInstalled(client: Client): boolean {
  return client in ROOTS || existsSync(apart(client));
}

/** Loads what a client needs. */
export async function connectionBy(client: Client): Promise<ConnectClient<never>> {
  const ofRoot = ROOTS[client];
  if (ofRoot) return ofRoot;
  const { open } = (await import(apart(client).href)) as { readonly open: unknown };
  const { connecting } = (await import(apart('shops-client').href)) as {
    readonly connecting: (open: unknown) => ConnectClient<never>;
  };
  return connecting(open);
}
