const TITLE = /^A journal by (.+) on (\w+)$/;

/** Prints, once all has run, how many cases of each contract each client has passed on each engine. */
export default class ContractTableReporter {
  /** Of each client and engine, of each group of cases: how many passed, and how many there are. */
  #rows = new Map();

  onTestResult(_test, { testResults }) {
    for (const { ancestorTitles, status } of testResults) {
      const [, client, engine] = TITLE.exec(ancestorTitles[0] ?? '') ?? [];
      if (client === undefined) continue;
      const row = `${client}, ${engine}`;
      const groups = this.#rows.get(row) ?? {};
      const group = ancestorTitles.at(-1);
      const { passed = 0, of = 0 } = groups[group] ?? {};
      groups[group] = { passed: passed + (status === 'passed' ? 1 : 0), of: of + 1 };
      this.#rows.set(row, groups);
    }
  }

  onRunComplete() {
    if (this.#rows.size === 0) return;
    const tallied = (groups) => Object.entries(groups).map(([group, { passed, of }]) => [group, `${passed} of ${of}`]);
    const table = [...this.#rows].sort().map(([row, groups]) => [row, Object.fromEntries(tallied(groups))]);
    console.log('\nCases passed, by client and engine:');
    console.table(Object.fromEntries(table));
  }
}
