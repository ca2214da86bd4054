import { SIMULATOR_MALL } from '../../testing/simulator-options.js';

/** What the app reads of its environment, for `.env.example` and for a new `.env`. */
export interface EnvBlock {
  /** Where this variable stands already, nothing is added. */
  readonly variable: string;
  /** What has to be filled in. */
  readonly example: string;
  readonly env: string;
}

/** With a new `.env` the app starts, and whatever it cancels goes to the simulator. No key of KICC's. */
export const KICC_BLOCK: EnvBlock = {
  variable: 'KICC_MALL_ID',
  example: `# KICC EasyPay. KICC issues mall ids and secret keys; mall ids of the test environment begin with T.
KICC_ENVIRONMENT=test
KICC_MALL_ID=
KICC_SECRET_KEY=
# Only to test against the simulator: npx kicc-simulator
# KICC_BASE_URL=http://127.0.0.1:8085
`,
  env: `# KICC EasyPay. These are the simulator's: npx kicc-simulator
KICC_ENVIRONMENT=test
KICC_MALL_ID=${SIMULATOR_MALL.mallId}
KICC_SECRET_KEY=${SIMULATOR_MALL.secretKey}
KICC_BASE_URL=http://127.0.0.1:8085
`,
};

/** @param url what one looks like. A path can be used as it is; of a server, the driver would take a guess for what is left empty. */
export function databaseBlock(url: string): EnvBlock {
  const text = `# The database that refunds are kept in.\n${url.includes('://') ? '# ' : ''}DATABASE_URL=${url}\n`;
  return { variable: 'DATABASE_URL', example: text, env: text };
}

export function isIn(text: string, { variable }: EnvBlock): boolean {
  return new RegExp(`^[ \\t]*(export[ \\t]+)?${variable}[ \\t]*=`, 'm').test(text);
}
