// One instance of a shop, which recovers what is due when it is told to.
import 'reflect-metadata';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import { RevisePaymentService, ReviseRecovery } from 'nestjs-kicc';
import { TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { serve } from './child.mjs';
import { startApp } from './kicc-app.mjs';

const { database, kicc } = JSON.parse(process.argv[2]);
const counts = { settled: 0, lost: 0 };

/** Counts what it writes. */
class CountingJournal extends TypeOrmReviseJournal {
  async save(revision) {
    const isSaved = await super.save(revision);
    if (!isSaved) counts.lost++;
    else if (revision.status === 'succeeded') counts.settled++;
    return isSaved;
  }
}

const app = await startApp(database, kicc.url, {
  mallId: kicc.mallId,
  secretKey: kicc.secretKey,
  journal: {
    inject: [getDataSourceToken(), ModulesContainer],
    useFactory: (dataSource, modules) => new CountingJournal(dataSource, modules),
  },
  settlement: { waitMs: 0, sweepEveryMs: false },
});
const payments = app.get(RevisePaymentService);
const recovery = app.get(ReviseRecovery);

serve(
  {
    cancel: ({ pgCnos, first }) =>
      Promise.all(pgCnos.map((pgCno, index) => payments.cancel({ shopTransactionId: `refund-${first + index}`, pgCno }))).then(
        (outcomes) => outcomes.every(({ status }) => status === 'unknown'),
      ),
    /** Sweeps until a sweep settles nothing more: beside others, one may end early. */
    async recover() {
      Object.assign(counts, { settled: 0, lost: 0 });
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const [cpu, began] = [process.cpuUsage(), performance.now()];
      let [sweeps, before, lastMs] = [0, -1, 0];
      while (before !== counts.settled) {
        before = counts.settled;
        await recovery.sweep();
        sweeps++;
        if (before !== counts.settled) lastMs = performance.now() - began;
      }
      delay.disable();
      const { user, system } = process.cpuUsage(cpu);
      return { ...counts, sweeps, ms: lastMs, delayP99: delay.percentile(99) / 1e6, cpuMs: (user + system) / 1_000 };
    },
    open: async () => Object.values((await payments.openRevisions()).byStatus).reduce((sum, count) => sum + count, 0),
    close: () => app.close(),
  },
  'ready',
);
