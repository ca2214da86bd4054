import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileCampaign } from './compile-campaign.mjs';

/* Compiles the campaign and the library as they stand, and plays it: see test/campaign/main.ts. */

const folder = compileCampaign('build/campaign');
const { main } = await import(pathToFileURL(join(folder, 'test/campaign/main.js')).href);
try {
  process.exitCode = await main(process.argv.slice(2), folder, compileCampaign);
} catch (error) {
  if (!(error instanceof RangeError) && !String(error?.code).startsWith('ERR_PARSE_ARGS')) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
