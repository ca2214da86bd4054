import { existsSync } from 'node:fs';

// Imported before anything that looks at the environment. What is set there already stays; with the simulator, nothing counts.
const FILE = 'sample/shop/.env';
if (process.env['KICC_SIMULATOR_URL'] === undefined && existsSync(FILE)) process.loadEnvFile(FILE);
