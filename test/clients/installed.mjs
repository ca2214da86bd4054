import { existsSync } from 'node:fs';

/** Whether the clients are there: `npm run clients` installs them. */
export const areClientsInstalled = existsSync(new URL('build/.installed', import.meta.url));
