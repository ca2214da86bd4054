import { performance } from 'node:perf_hooks';
import { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from 'node:timers';
import {
  concat,
  defer,
  ignoreElements,
  Subscription,
  timer,
  type Observable,
  type SchedulerAction,
  type SchedulerLike,
} from 'rxjs';

/**
 * Node's own, as they were when this was loaded. A test's fake timers take the places of the global ones, and a call that waits
 * for such a one never ends: what it does on the way is none of the test's timers.
 */
export const timers = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, performance };

/** The same for RxJS, whose own schedulers look the global ones up with each use. */
export const realTime: SchedulerLike = {
  now: () => timers.performance.timeOrigin + timers.performance.now(),
  schedule: (work, delay, state) => new RealAction(work).schedule(state, delay),
};

/** What a look gives; it ends only after a rest of so many times as long as the look took. */
export function withRest<T>(look: () => Observable<T>, times: number): Observable<T> {
  return defer(() => {
    const began = timers.performance.now();
    const rest = defer(() => timer(times * (timers.performance.now() - began), realTime).pipe(ignoreElements()));
    return concat(look(), rest);
  });
}

class RealAction<T> extends Subscription implements SchedulerAction<T> {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly work: (this: SchedulerAction<T>, state: T) => void) {
    super(() => timers.clearTimeout(this.#timer));
  }

  schedule(state?: T, delay = 0): Subscription {
    // Whoever is left in the midst of its work asks for one more turn, as RxJS's own do.
    if (!this.closed) this.#timer = timers.setTimeout(() => this.work(state as T), delay);
    return this;
  }
}
