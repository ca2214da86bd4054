// The processes of a benchmark, and how one talks to them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

export async function startGateway(...files) {
  const child = fork(script('gateway.mjs'), files);
  const [{ url }] = await once(child, 'message');
  const ask = async (message) => {
    child.send(message);
    const [{ seen }] = await once(child, 'message');
    return seen;
  };
  return { url, seen: () => ask({}), fail: (faults) => ask({ faults }), stop: () => child.disconnect() };
}

export async function startContender(name, url, { execArgv = [] } = {}) {
  const child = fork(script('contender.mjs'), [name, url], { execArgv });
  const ended = once(child, 'exit').then(([code]) => [{ error: `the process ended (${code})` }]);
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    if (message.error) throw new Error(`${name}: ${message.error}`);
    return message.result;
  };
  await answer();
  return {
    name,
    ask(command, given = {}) {
      child.send({ command, ...given });
      return answer();
    },
  };
}
