import { Injectable } from '@nestjs/common';
import type { KiccMall } from 'nestjs-kicc';

/** The marketplace's sellers, each with a KICC contract of his own. In your shop: a table. */
@Injectable()
export class Sellers {
  readonly #malls = new Map<string, KiccMall>();

  /** A seller joins, or has a new key. */
  save(mall: KiccMall): void {
    this.#malls.set(mall.mallId, mall);
  }

  malls(): KiccMall[] {
    return [...this.#malls.values()];
  }
}
