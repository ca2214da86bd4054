import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runCommandLine } from '../../lib/testing/command-line.js';
import { kiccNotificationSettings } from '../../lib/notification/kicc-notification.options.js';
import { KiccSimulator } from '../../lib/testing/index.js';

/** Runs the command line up to its greeting, ends it, and gives what it said. */
async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string; reached: unknown }> {
  let out = '';
  let err = '';
  let reached: unknown;
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  const exitCode = await runCommandLine(args, {
    out: (text) => {
      out += text;
      const url = /on (http:\S+)/.exec(out)?.[1];
      if (!url) return;
      void fetch(`${url}/simulator/effects`)
        .then((response) => response.json())
        .then((body) => (reached = body))
        .finally(interrupt);
    },
    err: (text) => void (err += text),
    interrupted,
  });
  return { exitCode, out, err, reached };
}

describe('kicc-simulator', () => {
  it('serves until it is interrupted, and shows what to copy', async () => {
    const { exitCode, out, err, reached } = await run('--port', '0');
    expect({ exitCode, err, reached }).toEqual({ exitCode: 0, err: '', reached: [] });
    expect(out).toContain('KICC_SECRET_KEY=simulator-secret');
    expect(out).toMatch(/curl -X POST http:\/\/127\.0\.0\.1:\d+\/simulator\/approve -d '\{"amount":10000,/);
    expect(out).toContain('/simulator/faults');
    // Where the endpoint is, in an app that does not say otherwise.
    const [, notified = ''] = /\/simulator\/notify -d '(.+)'$/m.exec(out) ?? [];
    expect(new URL((JSON.parse(notified) as { url: string }).url).pathname).toBe(`/${kiccNotificationSettings().path}`);
  });

  it('takes malls, and keeps their keys to itself', async () => {
    const { exitCode, out } = await run('--port', '0', '--mall', 'T0000007:my:dummy', '--mall', 'T0000008:other-dummy');
    expect(exitCode).toBe(0);
    expect(out).toContain('T0000007');
    expect(out).toContain('T0000008');
    expect(out).not.toMatch(/my:dummy|other-dummy|simulator-secret/);
  });

  it('explains itself', async () => {
    const { exitCode, out } = await run('--help');
    expect(exitCode).toBe(0);
    expect(out).toContain('Usage: kicc-simulator');
  });

  it.each([
    [['--prot', '1'], '--prot'],
    [['--port', '70000'], '--port is no TCP port'],
    [['--port', ''], '--port is no TCP port'],
    [['--mall', 'T0000001'], '--mall is not mallId:secret'],
    [['--mall', 'T00000001:x'], 'malls[0].mallId'],
    [['8085'], '8085'],
  ])('%j is bad usage', async (args, words) => {
    const { exitCode, out, err } = await run(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('says so when the port is taken', async () => {
    const other = await KiccSimulator.start();
    const { exitCode, err } = await run('--port', String(other.port));
    await other.stop();
    expect(exitCode).toBe(1);
    expect(err).toBe(
      `kicc-simulator: port ${other.port} is in use; choose another with --port, or --port 0 for any free one.\n`,
    );
  });

  describe('as a program, of the built package', () => {
    it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
      const child = spawn(process.execPath, ['dist/esm/testing/kicc-simulator.cli.js', '--port', '0']);
      let said = '';
      let sent = false;
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (!sent && said.includes('/simulator/payments')) sent = child.kill(signal);
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(said).toMatch(/^KICC simulator on http:\/\/127\.0\.0\.1:\d+ /);
    });
  });
});
