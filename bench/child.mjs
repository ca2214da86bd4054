// A process of a benchmark, which works when it is told to, by IPC: see start() in processes.mjs.

/** @param ready what is told first. */
export function serve(commands, ready) {
  process.on('message', async ({ command, given }) => {
    try {
      process.send?.({ result: await commands[command](given) });
    } catch (error) {
      process.send?.({ error: String(error?.stack ?? error) });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send({ result: ready });
}
