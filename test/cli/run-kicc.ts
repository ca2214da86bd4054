import { runKicc } from '../../lib/cli/kicc-command-line.js';

export interface Said {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command with an environment, and gives what it said. */
export async function kicc(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Said> {
  let out = '';
  let err = '';
  const exitCode = await runKicc(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env,
    interrupted: Promise.resolve(),
  });
  return { exitCode, out, err };
}
