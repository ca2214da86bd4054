import { existsSync } from 'node:fs';

// Imported before anything that looks at the environment. What is set there already stays.
const FILE = 'sample/shop/.env';
if (existsSync(FILE)) process.loadEnvFile(FILE);
