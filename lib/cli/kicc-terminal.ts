import { printable } from '../protocol/printable.js';
import type { Terminal } from '../testing/command-line.js';

/** What the `kicc` command talks to, and where it finds its configuration. */
export interface KiccTerminal extends Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether people see on a screen what `err` writes. */
  readonly isTTY?: boolean;
}

/** What a command ends with. */
export const EXIT = {
  ok: 0,
  /** A check failed, something was not found or could not be done, or an outcome is not known. */
  failed: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
} as const;

/** The command line is wrong. */
export class UsageError extends Error {}

/** The command could not do what it was asked, for a reason that people can act on. Its words hold nothing secret. */
export class CommandError extends Error {}

/** An error's words, on one line: they may quote the command line. */
export function messageOf(error: unknown): string {
  return printable((error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' '));
}

const LONGEST_WAIT_S = 600;

/**
 * Reads what `--wait` was given, in ms.
 * @throws {UsageError} it is none.
 */
export function readWait(seconds: string): number {
  if (!/^\d{1,3}$/.test(seconds) || Number(seconds) > LONGEST_WAIT_S) {
    throw new UsageError(`--wait: give whole seconds from 0 to ${LONGEST_WAIT_S}.`);
  }
  return Number(seconds) * 1_000;
}

/** Writes a value as JSON that a program can read. */
export function printJson(terminal: KiccTerminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}
