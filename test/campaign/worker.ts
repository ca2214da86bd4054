import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { Job, JobDone } from './work.js';

/** A job of the library as it was compiled into a folder: one worker plays many of them, and loads what they share once. */
export interface WorkerJob extends Job {
  readonly folder: string;
}

parentPort?.on('message', (job: WorkerJob) => {
  void import(pathToFileURL(join(job.folder, 'test/campaign/work.js')).href)
    .then(({ work }: { work: (job: Job) => Promise<JobDone> }) => work(job))
    .then((done) => parentPort?.postMessage(done));
});
