// The processes of a benchmark, and how one talks to them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts a script that serves commands (child.mjs), and waits until it is ready. */
export async function start(script, args = [], options = {}) {
  const child = fork(fileURLToPath(new URL(`${script}.mjs`, import.meta.url)), args, options);
  const ended = once(child, 'exit').then(([code]) => [{ error: `the process ended (${code})` }]);
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    if (message.error) throw new Error(`${script} ${args[0] ?? ''}: ${message.error}`);
    return message.result;
  };
  return {
    ready: await answer(),
    ask(command, given) {
      child.send({ command, given });
      return answer();
    },
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

export async function startGateway(...files) {
  const { ready: url, ask, stop } = await start('gateway', files);
  return { url, seen: () => ask('seen'), fail: (faults) => ask('fail', faults), stop };
}

export async function startContender(name, url, options) {
  return { name, ...(await start('contender', [name, url], options)) };
}
