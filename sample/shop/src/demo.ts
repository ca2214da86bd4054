/*
 * What the two processes of the demo have in common. It loads nothing, so that main.js has the shop started before anything else.
 */

/** Where the shop keeps everything if nothing else is said. */
export const DEFAULT_DATABASE = 'build/shop-data/shop.sqlite';

/** Who may sign in to the demo. */
export const DEMO_STAFF = { id: 'minji', password: 'darakbang' };

/** What the shop tells the process that started it. */
export interface FromShop {
  /** The port, once the shop can be used. */
  readonly listeningOn?: string;
  /** By how much the clock of shop and simulators is to be moved ahead. */
  readonly moveClockMs?: number;
}

/** What it is answered, once the clock of the simulators was moved. */
export interface ToShop {
  readonly clockOffsetMs: number;
}
