import { VARIABLES } from '../../scripts/service-urls.mjs';

/** Says, below all that is reported, which engines the tests did not run on, and how they would. */
export default class SkippedEnginesReporter {
  onRunComplete() {
    const missing = Object.entries(VARIABLES).flatMap(([name, variable]) => (process.env[variable] ? [] : [name]));
    if (missing.length === 0) return;
    const text = `\nNot run: what needs ${missing.join(', ')} (SQLite was). To run it too: npm run services -- start --install, then this again.\n`;
    // Jest puts its summary after what every reporter writes here.
    process.once('exit', () => process.stderr.write(text));
  }
}
