import { inspect } from 'node:util';
import { printableLines } from './printable.js';

const brandOf = (code: string): symbol => Symbol.for(`nestjs-kicc/error/${code}`);

function ownCode(kind: object): string | undefined {
  const code: unknown = Object.getOwnPropertyDescriptor(kind, 'code')?.value;
  return typeof code === 'string' ? code : undefined;
}

/**
 * The root of every error this library throws.
 *
 * Each class has a stable `code`. `instanceof` goes by a brand, so that it also holds between two copies of the package
 * in one process. What is printed (`toJSON`, `inspect`) is the message and a few fields that are never secret or personal,
 * without controls of a terminal that a caller may have given.
 */
export abstract class KiccError extends Error {
  /** Names the kind of error; stable across versions. */
  abstract readonly code: string;

  constructor(message: string) {
    super(printableLines(message));
    Object.defineProperty(this, brandOf('KICC'), { value: true });
    for (let kind: unknown = new.target; typeof kind === 'function'; kind = Object.getPrototypeOf(kind)) {
      const code = ownCode(kind);
      if (code !== undefined) Object.defineProperty(this, brandOf(code), { value: true });
    }
  }

  override get name(): string {
    return this.constructor.name;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    // A shop's subclass without a code of its own keeps the language's rule.
    const code = this === KiccError ? 'KICC' : ownCode(this);
    try {
      return code === undefined ? Function.prototype[Symbol.hasInstance].call(this, value) : brandOf(code) in value;
    } catch {
      // A Proxy that lets nobody look is none of ours.
      return false;
    }
  }

  /** What may be shown beside the message. */
  protected details(): Record<string, unknown> {
    return {};
  }

  toJSON(): Record<string, unknown> {
    const shown = { name: this.name, code: this.code, message: this.message, ...this.details() };
    const entries = Object.entries(shown).map(([key, value]): [string, unknown] => {
      return [key, typeof value === 'string' ? printableLines(value) : value];
    });
    return Object.fromEntries(entries);
  }

  [inspect.custom](): string {
    const details = Object.entries({ code: this.code, ...this.details() })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}: ${inspect(value, { depth: 4 })}`);
    return printableLines(`${this.stack ?? this.message} { ${details.join(', ')} }`);
  }
}
