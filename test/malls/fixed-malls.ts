import { KiccMalls } from '../../lib/malls/kicc-malls.js';

/** Malls that neither come nor go. */
export function fixedMalls(first: string, ...others: readonly string[]): KiccMalls {
  const mall = (mallId: string) => ({ mallId, secretKey: `key of ${mallId}` });
  return new KiccMalls(mall(first), others.map(mall), 'loopback', 60_000);
}
