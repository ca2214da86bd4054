import { startGateway, startContender } from './processes.mjs';
const g = await startGateway();
for (const name of process.argv.slice(2)) {
  const c = await startContender(name, g.url, { execArgv: process.env.GC ? ['--trace-gc'] : [] });
  for (let i = 0; i < 8; i++) { const { cpu, rate } = await c.ask('slice', { callers: 128, ms: 1000 }); console.log(name, i, cpu.toFixed(0), rate.toFixed(0)); }
  await c.ask('close');
}
g.stop();
