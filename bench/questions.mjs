// What the benchmarks ask, and what is wanted: the figures are in docs/benchmarks, whether they do is reckoned by goals.mjs.

/**
 * `asks`: for the list of commands. `goals`: each of one figure of the result, `atMost` or `atLeast`. `apart`: takes so long that
 * `npm run bench -- all` leaves it out.
 */
export const QUESTIONS = {
  cpu: {
    asks: 'CPU per cancellation, against undici, stripe-node, PortOne and a hand-written service (2 min)',
    title: 'CPU per cancellation',
    text: 'The whole path through Nest’s injection, with validation, journal (in memory), signature, HTTP, decoding, echo checks and events.',
    goals: [
      { figure: 'direct/stripe', atMost: 0.63, says: 'direct transport, × stripe-node (what it was)' },
      { figure: 'direct/stripe', atMost: 0.45, says: 'direct transport, × stripe-node (wished)' },
      { figure: 'direct/pool', atMost: 1.4, says: 'direct transport, × `Pool.request` (wished)' },
      { figure: 'direct/handWritten', atMost: 0.2, says: 'direct transport, × hand-written (wished)' },
    ],
  },
  'http-service': {
    asks: 'the same through `HttpService`, beside what axios costs by itself (2 min)',
    title: 'Through `HttpService`',
    text:
      'As above, with the app’s interceptors of axios on the way. Ours sends by a client of its own below them; what is left of axios is counted ' +
      'by itself, with an answer that was never sent for.',
    goals: [
      { figure: 'httpService/stripe', atMost: 1.15, says: 'through `HttpService`, × stripe-node' },
      { figure: 'httpServiceByPool/stripe', atMost: 1, says: 'through `HttpService`, sent by the pool, × stripe-node' },
    ],
  },
  durable: {
    asks: 'CPU with the journal in SQLite, each cancellation on disk before it is sent (1 min)',
    title: 'Durable',
    text: 'With the journal in SQLite (`synchronous = FULL`): each cancellation is on disk before it is sent, and its outcome after. stripe-node writes nothing.',
    goals: [
      { figure: 'durable/stripe', atMost: 0.7, says: 'durable, × stripe-node' },
      { figure: 'durable/pool', atMost: 2.8, says: 'durable, × `Pool.request`' },
      { figure: 'durable-direct', atMost: 3, unit: 'ms', says: 'event-loop delay (p99) more than without a disk' },
    ],
  },
  heap: {
    asks: 'heap allocated per cancellation (1 min)',
    title: 'Heap per cancellation',
    text: 'Repeats within 4 %, so CI holds what is reached: a change that allocates more fails.',
    goals: [
      { figure: 'direct', atMost: 29, unit: 'KB', says: 'direct transport' },
      { figure: 'durable', atMost: 40, unit: 'KB', says: 'durable' },
    ],
  },
  journal: {
    asks: "revisions opened and cancellations made durable per second, against each database's own single commits (2 min)",
    title: 'Durable revisions per second',
    text:
      'Opened: on disk before it is sent. Cancelled: opened and its outcome on disk, one after the other. A lone caller’s cancellation ' +
      'needs two commits, so half of the single commits is its limit.',
    goals: [
      { figure: 'postgres, 1, cancelled', atLeast: 0.4, says: 'PostgreSQL, 1 caller, cancelled, × single commits' },
      { figure: 'mariadb, 1, cancelled', atLeast: 0.4, says: 'MariaDB, 1 caller, cancelled, × single commits' },
      { figure: 'postgres, 128, opened', atLeast: 5, says: 'PostgreSQL, 128 callers, opened, × single commits' },
      { figure: 'mariadb, 128, opened', atLeast: 5, says: 'MariaDB, 128 callers, opened, × single commits' },
    ],
  },
  'journal-slow': {
    asks: 'the same in SQLite, on a disk that takes 2 ms longer to confirm a write (needs a C compiler)',
    title: 'Durable revisions per second, on a slower disk',
    text: 'The same in SQLite, each `fsync` taking 2 ms longer, as disks in data centres do.',
    goals: [{ figure: 'sqlite, 128, opened', atLeast: 15, says: 'SQLite, 128 callers, opened, × single commits' }],
  },
  'server-cost': {
    asks: 'what a cancellation costs the database server itself: CPU, syncs, bytes of its log (a server that serves nobody else; 4 min)',
    title: 'What a cancellation costs the database',
    text: 'What [Scaling](scaling.md) reckons with. Writes that come at the same time share commits, so each costs less the more there are.',
    goals: [],
  },
  connections: {
    asks: 'connections and TLS handshakes of calls that are far apart (2 min)',
    title: 'Connections',
    text: 'For calls that are 30 s apart.',
    goals: [
      { figure: 'direct', atMost: 1, unit: '', says: 'direct transport, connections' },
      { figure: 'httpService', atMost: 1, unit: '', says: 'through `HttpService`, connections' },
    ],
  },
  startup: {
    asks: 'what importing the module adds to the start of a Nest app (1 min)',
    title: 'Start-up',
    text: 'What importing the module adds where `@nestjs/axios` is there already.',
    goals: [{ figure: 'kicc', atMost: 100, unit: 'ms', says: 'importing nestjs-kicc' }],
  },
  'shop-start': {
    asks: 'from `npm run shop` to its first page, beside a bare Nest app (1 min)',
    title: 'Start of the sample shop',
    text: 'From `npm run shop` to its first page, the build left out.',
    goals: [{ figure: 'shop/bare', atMost: 5, says: 'the shop, × a bare Nest app with TypeORM and SQLite' }],
  },
  recovery: {
    asks: '10,000 revisions due at once: how fast one process and four settle them (2 min)',
    title: 'Recovery',
    text: 'Revisions whose answer was lost, all due at once.',
    goals: [
      { figure: 'sqlite, 1, delay', atMost: 20, unit: 'ms', says: 'event-loop delay (p99), one process on SQLite' },
      { figure: 'postgres, 4/1', atLeast: 1.5, says: 'four processes on one PostgreSQL, × one' },
      { figure: 'postgres, 4, waits', atMost: 0, unit: '', says: 'looks that found one waiting for another’s lock' },
      { figure: 'postgres, 4, twice', atMost: 1, unit: '', says: 'how often the same one was worked on' },
    ],
  },
  bulk: {
    asks: 'rows of bulks a second: few, many, and those of one payment (2 min; ROWS=100000)',
    title: 'Bulks',
    text: 'Each row is a cancellation like any other: taken up, opened, sent, its outcome written, and the row with it.',
    goals: ['postgres', 'mariadb', 'sqlite'].flatMap((engine) => [
      { figure: `${engine}, rows`, atLeast: 400, unit: '/s', says: `${engine}, rows a second` },
      { figure: `${engine}, many over few`, atLeast: 0.9, says: `${engine}, many rows, × the rate of few` },
    ]),
  },
  'large-table': {
    asks: 'what 5 million settled revisions cost the calls, on PostgreSQL and SQLite (SETTLED=100000 for a try; 10 min)',
    title: 'A table that has grown',
    text: 'The same calls on a table with millions of settled revisions, on one with the open ones alone, and on an empty one.',
    goals: ['postgres', 'sqlite'].flatMap((engine) => [
      ...['claim', 'open', 'save', 'page of those open', 'page of the newest'].map((call) => ({
        figure: `${engine}, ${call}`,
        atMost: 1.3,
        says: `${engine}, ${call}, × of the open ones alone`,
      })),
      ...['open', 'save'].map((call) => ({
        figure: `${engine}, ${call}, of empty`,
        atMost: 1.3,
        says: `${engine}, ${call}, × of an empty table`,
      })),
    ]),
    apart: true,
  },
  migrations: {
    asks: 'how long the last migrations take on a million revisions (FROM=6: those after the sixth; 3 min)',
    title: 'Migrations',
    text: 'What a database that has run waits for when the library is brought up to date.',
    goals: [],
    apart: true,
  },
  growth: {
    asks: 'memory over many revisions, failures mixed in (CALLS=1000000 for the full length: 10 min)',
    title: 'Memory',
    text: 'Failures mixed in, on a durable journal.',
    goals: [{ figure: 'slope', atMost: 2, unit: 'bytes', says: 'more heap for each revision' }],
    apart: true,
  },
};
