import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, ProcessSettings } from './messages.js';

/** A process of a crash test. Questions that it took to its grave are answered with an error. */
export class Child {
  readonly #process: ChildProcess;
  readonly #open = new Map<number, (answer: Answer) => void>();
  readonly #ended: Promise<void>;
  #asked = 0;
  #hasEnded = false;
  #isUp = false;
  #hasFailed = false;

  /** @param program its file, beside this one. */
  constructor(program: string, settings: ProcessSettings) {
    const file = fileURLToPath(new URL(program, import.meta.url));
    this.#process = fork(file, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    this.#process.on('message', (answer: Answer) => {
      this.#isUp = true;
      this.#open.get(answer.number)?.(answer);
    });
    this.#process.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', (code) => {
        this.#hasEnded = true;
        this.#hasFailed = this.#isUp && code !== null;
        for (const answer of this.#open.values()) answer({ number: 0, error: 'died' });
        resolve();
      });
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether it was up, and was ended by nobody: by an error that nobody has heard. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  async ask<Result>(ask: string, given?: unknown): Promise<Result> {
    const number = ++this.#asked;
    const answer = await new Promise<Answer>((resolve) => {
      if (this.#hasEnded) {
        resolve({ number, error: 'died' });
        return;
      }
      this.#open.set(number, resolve);
      this.#process.send({ number, ask, with: given }, (error) => {
        if (error) resolve({ number, error: 'died' });
      });
    });
    this.#open.delete(number);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result as Result;
  }

  /** Ends it at once, with SIGKILL. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
