import { SIMULATOR_MALL } from '../../testing/simulator-options.js';

/** For `.env.example`: what has to be filled in. */
export const ENV_EXAMPLE = `# KICC EasyPay. KICC issues mall ids and secret keys; mall ids of the test environment begin with T.
KICC_ENVIRONMENT=test
KICC_MALL_ID=
KICC_SECRET_KEY=
# Only to test against the simulator: npx kicc-simulator
# KICC_BASE_URL=http://127.0.0.1:8085
`;

/** For a new `.env`: the app starts, and whatever it cancels goes to the simulator. No key of KICC's. */
export const ENV_FOR_SIMULATOR = `# KICC EasyPay. These are the simulator's: npx kicc-simulator
KICC_ENVIRONMENT=test
KICC_MALL_ID=${SIMULATOR_MALL.mallId}
KICC_SECRET_KEY=${SIMULATOR_MALL.secretKey}
KICC_BASE_URL=http://127.0.0.1:8085
`;

export function hasKiccVariables(text: string): boolean {
  return /^[ \t]*(export[ \t]+)?KICC_MALL_ID[ \t]*=/m.test(text);
}
