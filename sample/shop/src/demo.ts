import type { ApproveOptions } from 'nestjs-kicc/testing';

/*
 * What the two processes of the demo have in common. It loads nothing, so that main.js has the shop started before anything else.
 */

/** Where the shop keeps everything if nothing else is said. */
export const DEFAULT_DATABASE = 'build/shop-data/shop.sqlite';

/** Who may sign in to the demo. */
export const DEMO_STAFF = { id: 'minji', password: 'darakbang' };

/** What the shop tells the process that started it once it can be used. */
export interface Listening {
  readonly port: number;
}

/** Payments of the seed, to be approved by the simulator. */
export interface ToApprove {
  readonly approve: readonly ApproveOptions[];
}

/** Their `pgCno`s, in their order. */
export interface Approved {
  readonly approved: readonly string[];
}
