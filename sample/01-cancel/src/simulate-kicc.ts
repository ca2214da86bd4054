import { KiccSimulator } from 'nestjs-kicc/testing';

/** Starts the simulator and points this app's configuration at it. */
export async function simulateKicc(): Promise<KiccSimulator> {
  const mall = { mallId: 'T0000001', secretKey: 'simulator-secret' };
  const kicc = await KiccSimulator.start({ malls: [mall] });
  process.env['KICC_BASE_URL'] = kicc.url;
  process.env['KICC_MALL_ID'] = mall.mallId;
  process.env['KICC_SECRET_KEY'] = mall.secretKey;
  return kicc;
}
