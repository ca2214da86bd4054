import { timers } from '../lib/real-time.js';

/**
 * Lets the fake timers of a test rule over the library, which otherwise keeps to Node's own.
 * @returns what undoes it.
 */
export function followGlobalTimers(): () => void {
  const before = { ...timers };
  const names = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance'] as const;
  for (const name of names)
    Object.defineProperty(timers, name, { configurable: true, enumerable: true, get: () => globalThis[name] });
  return () => {
    for (const name of names) {
      Object.defineProperty(timers, name, { configurable: true, enumerable: true, writable: true, value: before[name] });
    }
  };
}
