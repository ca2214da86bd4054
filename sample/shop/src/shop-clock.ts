import type { ToShop } from './demo.js';

let offsetMs = Number(process.env['SHOP_CLOCK_OFFSET_MS'] ?? 0);
process.on('message', ({ clockOffsetMs }: ToShop) => (offsetMs = clockOffsetMs));

/** The time by the shop's clock. With the simulator, the fault lab can move it ahead, the simulator's together with it. */
export function now(): Date {
  return new Date(Date.now() + offsetMs);
}
