import type { EventEmitter } from 'node:events';
import type { Logger } from '@nestjs/common';
import { timers } from '../real-time.js';
import { nameOfError } from '../revision/foreign-error.js';

/** How long a command to Redis may take, ms. BullMQ itself waits for a lost Redis for ever. */
const PATIENCE_MS = 5_000;

/** How long no connection must have failed until Redis counts as back, ms. */
const QUIET_MS = 3_000;

/** Says once that Redis is lost, and once that it is back, whatever number of connections notice. */
export class RedisWatch {
  #isLost = false;
  #lastError = 0;
  #isOver = false;

  constructor(
    private readonly logger: Logger,
    private readonly onLost: () => void = () => undefined,
  ) {}

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Says nothing more: what is closed on purpose is not lost. */
  end(): void {
    this.#isOver = true;
  }

  /** Without a listener, an error of a connection would end the process. */
  watch<T extends object>(part: T): T {
    (part as EventEmitter).on('error', (error: unknown) => this.lost(error));
    return part;
  }

  /** Runs a command, and gives up on it after a while. It may be carried out later all the same. */
  async within<T>(command: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = timers.setTimeout(() => reject(new RedisTimeoutError('Redis did not answer.')), PATIENCE_MS);
    });
    try {
      const result = await Promise.race([command, late]);
      // Connections come back one by one.
      if (this.#isLost && timers.performance.now() - this.#lastError > QUIET_MS) {
        this.#isLost = false;
        this.logger.log('Redis is back.');
      }
      return result;
    } catch (error) {
      this.lost(error);
      throw error;
    } finally {
      timers.clearTimeout(timer);
      command.catch(() => undefined);
    }
  }

  private lost(error: unknown): void {
    this.#lastError = timers.performance.now();
    if (this.#isLost || this.#isOver) return;
    this.#isLost = true;
    // By name only: the words may hold the URL, and with it the password.
    const { code } = Object(error) as { code?: unknown };
    const what = [nameOfError(error), ...(typeof code === 'string' ? [code] : [])].join(' ');
    this.logger.warn(`Redis is lost (${what}). Nothing else is: this process goes on by itself.`);
    this.onLost();
  }
}

class RedisTimeoutError extends Error {
  override readonly name = 'RedisTimeoutError';
}
