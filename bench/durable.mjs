// As cpu.mjs, of the durable path: CPU and event-loop delay beside the same without a disk, and stripe-node, which writes nothing.
process.env.CONTENDERS ??= 'pool,direct,durable,stripe';
process.env.RESULT ??= 'durable';
await import('./cpu.mjs');
