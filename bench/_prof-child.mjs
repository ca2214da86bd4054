import { contenders } from './contenders.mjs';
const [, , name, url] = process.argv;
const c = await contenders[name].create(url);
const run = async (n) => { let k = 0; await Promise.all(Array.from({ length: 128 }, async () => { while (k++ < n) await c.call(); })); };
await run(8000);
const cpu = process.cpuUsage(); await run(100000); const d = process.cpuUsage(cpu);
console.log(name, ((d.user + d.system) / 100000).toFixed(1), 'µs', 'user', (d.user/100000).toFixed(1));
await c.close(); process.exit();
