import { Injectable } from '@nestjs/common';

/** What the process that started the app tells it when the fault lab moves the clock. */
export interface ClockMoved {
  readonly clockOffsetMs: number;
}

/** The shop's clock. With the simulator, the fault lab can move it ahead, the simulator's together with it. */
@Injectable()
export class ShopClock {
  #offsetMs = Number(process.env['SHOP_CLOCK_OFFSET_MS'] ?? 0);

  constructor() {
    process.on('message', (message: Partial<ClockMoved>) => {
      if (typeof message.clockOffsetMs === 'number') this.#offsetMs = message.clockOffsetMs;
    });
  }

  readonly now = (): Date => new Date(Date.now() + this.#offsetMs);
}
