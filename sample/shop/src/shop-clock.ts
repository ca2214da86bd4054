/** What the process that started the app tells it when the fault lab moves the clock. */
export interface ClockMoved {
  readonly clockOffsetMs: number;
}

let offsetMs = Number(process.env['SHOP_CLOCK_OFFSET_MS'] ?? 0);
process.on('message', ({ clockOffsetMs }: Partial<ClockMoved>) => (offsetMs = clockOffsetMs ?? offsetMs));

/** The time by the shop's clock. With the simulator, the fault lab can move it ahead, the simulator's together with it. */
export function now(): Date {
  return new Date(Date.now() + offsetMs);
}
