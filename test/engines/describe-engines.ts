import { afterAll, describe, it } from '@jest/globals';
import { engines, redisUrl, serverUrls, type Engine } from './engine.js';
import { reusingPostgres } from './reused-databases.js';
import { SpareDatabases } from './spare-databases.js';

/** Whether what is not there makes tests fail. */
const WANTS_ALL = process.env['KICC_TEST_ENGINES'] === 'all';

/** Runs specs on every engine that is there; what is not there is skipped visibly, or fails where all are wanted. */
export function describeEngines(title: string, specs: (engine: Engine) => void): void {
  for (const engine of engines) describe(`${title} on ${engine.name}`, () => onEngine(engine, specs));
  for (const [name, url] of Object.entries(serverUrls)) if (!url) withoutService(`${title} on ${name}`, name);
}

/** Runs specs with the Redis for tests; where there is none, as {@link describeEngines}. */
export function describeRedis(title: string, specs: (url: string) => void): void {
  const url = redisUrl;
  if (url !== undefined) describe(title, () => specs(url));
  else withoutService(title, 'redis');
}

function onEngine(engine: Engine, specs: (engine: Engine) => void): void {
  if (engine.name === 'sqlite') return specs(engine);
  const spare = new SpareDatabases();
  const reusing = engine.name === 'postgres' && serverUrls.postgres ? reusingPostgres(serverUrls.postgres) : undefined;
  specs({ ...(reusing ?? engine), spare });
  // After those of the specs, which may drop databases.
  afterAll(async () => {
    await spare.close();
    await reusing?.close();
  });
}

function withoutService(title: string, name: string): void {
  describe(title, () => {
    const test = WANTS_ALL ? it : it.skip;
    test(`needs ${name}: npm run services -- start`, () => {
      throw new Error(`${name} is not there, and KICC_TEST_ENGINES=all wants it. Run: npm run services -- start`);
    });
  });
}
