import { existsSync } from 'node:fs';
import { VARIABLES } from '../../scripts/service-urls.mjs';
import { areClientsInstalled } from '../clients/installed.mjs';

/** Says, below all that is reported, what the tests did not run on, and how they would. */
export default class SkippedEnginesReporter {
  onRunComplete() {
    const missing = Object.entries(VARIABLES).flatMap(([name, variable]) => (process.env[variable] ? [] : [name]));
    const hints = [];
    if (missing.length > 0) {
      hints.push(
        `what needs ${missing.join(', ')} (SQLite was). To run it too: npm run services -- start --install, then npm run test:all.`,
      );
    }
    if (!existsSync(process.env.KICC_TEST_CHROMIUM ?? '/usr/bin/chromium')) {
      hints.push('what needs Chromium. To run it too: apt-get install chromium fonts-noto-cjk, then npm run test:all.');
    }
    if (!areClientsInstalled) {
      hints.push(
        'what needs Prisma, Drizzle, Kysely, Knex and MikroORM. To run it too: npm run clients, then npm run test:all.',
      );
    }
    // Jest puts its summary after what every reporter writes here.
    if (hints.length > 0) process.once('exit', () => process.stderr.write(`\nNot run: ${hints.join('\nNot run: ')}\n`));
  }
}
