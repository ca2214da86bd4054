// What the benchmarks ask, and what is wanted: the figures are in docs/benchmarks, whether they do is reckoned by goals.mjs.

/** What `large-table` calls, and how it is called in Korean. */
export const CALLS_ON_A_TABLE = {
  claim: '점유',
  open: '접수',
  'open, 128 at once': '접수, 동시에 128건',
  save: '확정',
  find: '조회',
  'page of those open': '미확정 목록',
  'page of the newest': '최신 목록',
  'page of those escalated': '담당자에게 넘긴 건의 목록',
  'count of those open': '미확정 건수',
  'count of those elsewhere': '다른 상점의 미확정 건수',
};

/** The pages of `console` that goals are about, and what they are called in Korean. */
export const PAGES_OF_THE_CONSOLE = {
  today: '오늘',
  'a revision': '취소 한 건',
  'the newest': '찾기: 최신',
  'those declined': '찾기: 취소되지 않음',
};

/**
 * `asks`: for the list of commands. `title`, `text`, and what each goal `says`: for the pages, in both languages. `goals`: each of one
 * figure of the result, `atMost` or `atLeast`. `apart`: takes so long that `npm run bench -- all` leaves it out.
 */
export const QUESTIONS = {
  cpu: {
    asks: 'CPU per cancellation, against undici, stripe-node, PortOne and a hand-written service (2 min)',
    title: { en: 'CPU per cancellation', ko: '취소 한 건의 CPU' },
    text: {
      en: 'The whole path through Nest’s injection, with validation, journal (in memory), signature, HTTP, decoding, echo checks and events.',
      ko: 'Nest에서 주입받아 호출하는 전체 경로입니다. 검증, 저널(메모리), 서명, HTTP, 디코딩, 응답 대조, 이벤트를 포함합니다.',
    },
    goals: [
      {
        figure: 'direct/stripe',
        atMost: 0.63,
        says: { en: 'direct transport, × stripe-node (what it was)', ko: '직접 전송, stripe-node 대비(기존 목표)' },
      },
      {
        figure: 'direct/stripe',
        atMost: 0.45,
        says: { en: 'direct transport, × stripe-node (wished)', ko: '직접 전송, stripe-node 대비(희망 목표)' },
      },
      {
        figure: 'direct/pool',
        atMost: 1.4,
        says: { en: 'direct transport, × `Pool.request` (wished)', ko: '직접 전송, `Pool.request` 대비(희망 목표)' },
      },
      {
        figure: 'direct/handWritten',
        atMost: 0.2,
        says: { en: 'direct transport, × hand-written (wished)', ko: '직접 전송, 직접 작성한 서비스 대비(희망 목표)' },
      },
    ],
  },
  'http-service': {
    asks: 'the same through `HttpService`, beside what axios costs by itself (2 min)',
    title: { en: 'Through `HttpService`', ko: '`HttpService`를 거칠 때' },
    text: {
      en: 'As above, with the app’s interceptors of axios on the way. Ours sends by a client of its own below them; what is left of axios is counted by itself, with an answer that was never sent for.',
      ko: '위와 같지만 앱의 axios 인터셉터를 거칩니다. nestjs-kicc는 그 아래에서 자체 클라이언트로 보냅니다. 남은 axios의 몫은 아무것도 보내지 않고 응답만 받는 방식으로 따로 측정합니다.',
    },
    goals: [
      {
        figure: 'httpService/stripe',
        atMost: 1.15,
        says: { en: 'through `HttpService`, × stripe-node', ko: '`HttpService` 경유, stripe-node 대비' },
      },
      {
        figure: 'httpServiceByPool/stripe',
        atMost: 1,
        says: {
          en: 'through `HttpService`, sent by the pool, × stripe-node',
          ko: '`HttpService` 경유, 풀로 전송, stripe-node 대비',
        },
      },
    ],
  },
  durable: {
    asks: 'CPU with the journal in SQLite, each cancellation on disk before it is sent (1 min)',
    title: { en: 'Durable', ko: '영속 저널' },
    text: {
      en: 'With the journal in SQLite (`synchronous = FULL`): each cancellation is on disk before it is sent, and its outcome after. stripe-node writes nothing.',
      ko: '저널은 SQLite(`synchronous = FULL`)입니다. 취소마다 보내기 전에 디스크에 기록하고, 결과도 기록합니다. stripe-node는 아무것도 기록하지 않습니다.',
    },
    goals: [
      { figure: 'durable/stripe', atMost: 0.7, says: { en: 'durable, × stripe-node', ko: '영속 저널, stripe-node 대비' } },
      { figure: 'durable/pool', atMost: 2.8, says: { en: 'durable, × `Pool.request`', ko: '영속 저널, `Pool.request` 대비' } },
      {
        figure: 'durable-direct',
        atMost: 3,
        unit: 'ms',
        says: {
          en: 'event-loop delay (p99) more than without a disk',
          ko: '디스크가 없을 때 대비 이벤트 루프 지연(p99)의 증가분',
        },
      },
    ],
  },
  heap: {
    asks: 'heap allocated per cancellation (1 min)',
    title: { en: 'Heap per cancellation', ko: '취소 한 건의 힙' },
    text: {
      en: 'Repeats within 4 %, so CI holds what is reached: a change that allocates more fails.',
      ko: '다시 측정해도 차이가 4% 이내라, CI가 지금 수준을 지킵니다. 더 많이 할당하는 변경은 실패합니다.',
    },
    goals: [
      { figure: 'direct', atMost: 29, unit: 'KB', says: { en: 'direct transport', ko: '직접 전송' } },
      { figure: 'durable', atMost: 40, unit: 'KB', says: { en: 'durable', ko: '영속 저널' } },
    ],
  },
  journal: {
    asks: "revisions opened and cancellations made durable per second, against each database's own single commits (2 min)",
    title: { en: 'Durable revisions per second', ko: '초당 영속 리비전' },
    text: {
      en: 'Opened: on disk before it is sent. Cancelled: opened and its outcome on disk, one after the other. A lone caller’s cancellation needs two commits, so half of the single commits is its limit.',
      ko: '접수: 보내기 전에 디스크에 기록합니다. 취소: 접수하고 이어서 결과까지 디스크에 기록합니다. 단독 호출의 취소에는 커밋이 두 번 필요하므로, 단일 커밋의 절반이 한계입니다.',
    },
    goals: [
      {
        figure: 'postgres, 1, cancelled',
        atLeast: 0.4,
        says: { en: 'PostgreSQL, 1 caller, cancelled, × single commits', ko: 'PostgreSQL, 호출 1개, 취소, 단일 커밋 대비' },
      },
      {
        figure: 'mariadb, 1, cancelled',
        atLeast: 0.4,
        says: { en: 'MariaDB, 1 caller, cancelled, × single commits', ko: 'MariaDB, 호출 1개, 취소, 단일 커밋 대비' },
      },
      {
        figure: 'postgres, 128, opened',
        atLeast: 5,
        says: {
          en: 'PostgreSQL, 128 callers, opened, × single commits',
          ko: 'PostgreSQL, 동시 호출 128개, 접수, 단일 커밋 대비',
        },
      },
      {
        figure: 'mariadb, 128, opened',
        atLeast: 5,
        says: { en: 'MariaDB, 128 callers, opened, × single commits', ko: 'MariaDB, 동시 호출 128개, 접수, 단일 커밋 대비' },
      },
    ],
  },
  'journal-slow': {
    asks: 'the same in SQLite, on a disk that takes 2 ms longer to confirm a write (needs a C compiler)',
    title: { en: 'Durable revisions per second, on a slower disk', ko: '초당 영속 리비전, 느린 디스크' },
    text: {
      en: 'The same in SQLite, each `fsync` taking 2 ms longer, as disks in data centres do.',
      ko: 'SQLite에서 같은 측정입니다. 데이터센터의 디스크처럼 `fsync`마다 2ms가 더 걸립니다.',
    },
    goals: [
      {
        figure: 'sqlite, 128, opened',
        atLeast: 15,
        says: { en: 'SQLite, 128 callers, opened, × single commits', ko: 'SQLite, 동시 호출 128개, 접수, 단일 커밋 대비' },
      },
    ],
  },
  'server-cost': {
    asks: 'what a cancellation costs the database server itself: CPU, syncs, bytes of its log (a server that serves nobody else; 4 min)',
    title: { en: 'What a cancellation costs the database', ko: '취소 한 건에 데이터베이스가 쓰는 비용' },
    text: {
      en: 'What [Scaling](scaling.md) reckons with. Writes that come at the same time share commits, so each costs less the more there are.',
      ko: '[규모](scaling.ko.md)의 계산에 쓰는 값입니다. 동시에 들어온 쓰기는 한 커밋으로 묶이므로, 많이 들어올수록 건당 비용이 줄어듭니다.',
    },
    goals: [],
  },
  connections: {
    asks: 'connections and TLS handshakes of calls that are far apart (2 min)',
    title: { en: 'Connections', ko: '연결' },
    text: { en: 'For calls that are 30 s apart.', ko: '30초 간격으로 호출할 때입니다.' },
    goals: [
      { figure: 'direct', atMost: 1, unit: '', says: { en: 'direct transport, connections', ko: '직접 전송, 연결 수' } },
      {
        figure: 'httpService',
        atMost: 1,
        unit: '',
        says: { en: 'through `HttpService`, connections', ko: '`HttpService` 경유, 연결 수' },
      },
    ],
  },
  startup: {
    asks: 'what importing the module adds to the start of a Nest app (1 min)',
    title: { en: 'Start-up', ko: '시작 시간' },
    text: {
      en: 'What importing the module adds where `@nestjs/axios` is there already.',
      ko: '`@nestjs/axios`가 이미 있는 앱에서, 모듈을 import할 때 늘어나는 시간입니다.',
    },
    goals: [{ figure: 'kicc', atMost: 100, unit: 'ms', says: { en: 'importing nestjs-kicc', ko: 'nestjs-kicc의 import' } }],
  },
  'shop-start': {
    asks: 'from `npm run shop` to its first page, beside a bare Nest app (1 min)',
    title: { en: 'Start of the sample shop', ko: '쇼핑몰 샘플의 시작' },
    text: {
      en: 'From `npm run shop` to its first page, the build left out.',
      ko: '`npm run shop`부터 첫 페이지까지이며, 빌드는 뺐습니다.',
    },
    goals: [
      {
        figure: 'shop/bare',
        atMost: 5,
        says: { en: 'the shop, × a bare Nest app with TypeORM and SQLite', ko: '쇼핑몰, TypeORM과 SQLite만 있는 Nest 앱 대비' },
      },
    ],
  },
  recovery: {
    asks: '10,000 revisions due at once: how fast one process and four settle them (2 min)',
    title: { en: 'Recovery', ko: '복구' },
    text: {
      en: 'Revisions whose answer was lost, all due at once.',
      ko: '응답이 유실된 리비전을 모두 한꺼번에 처리해야 할 때입니다.',
    },
    goals: [
      {
        figure: 'sqlite, 1, delay',
        atMost: 20,
        unit: 'ms',
        says: { en: 'event-loop delay (p99), one process on SQLite', ko: '이벤트 루프 지연(p99), SQLite에서 프로세스 하나' },
      },
      {
        figure: 'postgres, 4/1',
        atLeast: 1.5,
        says: { en: 'four processes on one PostgreSQL, × one', ko: 'PostgreSQL 하나에 프로세스 넷, 하나일 때 대비' },
      },
      {
        figure: 'postgres, 4, waits',
        atMost: 0,
        unit: '',
        says: { en: 'looks that found one waiting for another’s lock', ko: '다른 트랜잭션의 락을 기다리는 세션이 관찰된 횟수' },
      },
      {
        figure: 'postgres, 4, twice',
        atMost: 1,
        unit: '',
        says: { en: 'how often the same one was worked on', ko: '같은 리비전을 처리한 횟수' },
      },
    ],
  },
  bulk: {
    asks: 'rows of bulks a second: few, many, and those of one payment (2 min; ROWS=100000)',
    title: { en: 'Bulks', ko: '일괄 취소' },
    text: {
      en: 'Each row is a cancellation like any other: taken up, opened, sent, its outcome written, and the row with it.',
      ko: '행마다 보통의 취소와 똑같이 처리합니다. 가져와서 접수하고, 보내고, 결과를 기록하면서 행에도 기록합니다.',
    },
    goals: ['postgres', 'mariadb', 'sqlite'].flatMap((engine) => [
      {
        figure: `${engine}, rows`,
        atLeast: 400,
        unit: '/s',
        says: { en: `${engine}, rows a second`, ko: `${engine}, 초당 행` },
      },
      {
        figure: `${engine}, many over few`,
        atLeast: 0.9,
        says: { en: `${engine}, many rows, × the rate of few`, ko: `${engine}, 많은 행, 적을 때의 속도 대비` },
      },
    ]),
  },
  'large-table': {
    asks: 'what 5 million settled revisions cost the calls, on PostgreSQL and SQLite (SETTLED=100000 for a try; 10 min)',
    title: { en: 'A table that has grown', ko: '대용량 테이블' },
    text: {
      en: 'The same calls on a table with millions of settled revisions, on one with the open ones alone, and on an empty one.',
      ko: '확정된 리비전이 수백만 건 있는 테이블, 미확정 리비전만 있는 테이블, 빈 테이블에서 같은 호출을 비교합니다.',
    },
    goals: ['postgres', 'sqlite'].flatMap((engine) => [
      ...['claim', 'open', 'save', 'page of those open', 'page of the newest'].map((call) => ({
        figure: `${engine}, ${call}`,
        atMost: 1.3,
        says: {
          en: `${engine}, ${call}, × of the open ones alone`,
          ko: `${engine}, ${CALLS_ON_A_TABLE[call]}, 미확정만 있을 때 대비`,
        },
      })),
      ...['open', 'save'].map((call) => ({
        figure: `${engine}, ${call}, of empty`,
        atMost: 1.3,
        says: { en: `${engine}, ${call}, × of an empty table`, ko: `${engine}, ${CALLS_ON_A_TABLE[call]}, 빈 테이블 대비` },
      })),
    ]),
    apart: true,
  },
  console: {
    asks: 'how soon the console’s pages begin on a million revisions, on PostgreSQL and SQLite (ROWS=10000 for a try; 3 min)',
    title: { en: 'The console', ko: '담당자 콘솔' },
    text: {
      en: 'What a person waits for, once the journal has grown.',
      ko: '저널이 커졌을 때 담당자가 기다리는 시간입니다.',
    },
    goals: ['postgres', 'sqlite'].flatMap((engine) =>
      ['today', 'a revision', 'the newest', 'those declined'].map((page) => ({
        figure: `${engine}, ${page}`,
        atMost: 100,
        unit: 'ms',
        says: { en: `${engine}, ${page}, to the first byte`, ko: `${engine}, ${PAGES_OF_THE_CONSOLE[page]}, 첫 바이트까지` },
      })),
    ),
    apart: true,
  },
  migrations: {
    asks: 'how long the last migrations take on a million revisions (FROM=6: those after the sixth; 3 min)',
    title: { en: 'Migrations', ko: '마이그레이션' },
    text: {
      en: 'What a database that has run waits for when the library is brought up to date.',
      ko: '운영하던 데이터베이스에서 라이브러리를 올릴 때 걸리는 시간입니다.',
    },
    goals: [],
    apart: true,
  },
  growth: {
    asks: 'memory over many revisions, failures mixed in (CALLS=1000000 for the full length: 10 min)',
    title: { en: 'Memory', ko: '메모리' },
    text: { en: 'Failures mixed in, on a durable journal.', ko: '영속 저널에서, 실패를 섞어 측정합니다.' },
    goals: [
      { figure: 'slope', atMost: 2, unit: 'B', says: { en: 'more heap for each revision', ko: '리비전마다 늘어나는 힙' } },
    ],
    apart: true,
  },
};
