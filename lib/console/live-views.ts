import type { ServerResponse } from 'node:http';
import {
  auditTime,
  catchError,
  defer,
  EMPTY,
  exhaustMap,
  finalize,
  merge,
  ReplaySubject,
  takeUntil,
  timer,
  type Observable,
} from 'rxjs';
import { realTime, withRest } from '../real-time.js';

/** How often a view is looked at again though nothing has happened in this process, ms. */
const LOOK_EVERY_MS = 5_000;
/** Not faster than anybody reads, ms. */
const TELL_EVERY_MS = 500;
/** How many times as long as a look took nobody looks again: the journal is there for refunds first. */
const REST = 20;
/** After this a browser has to come again, and is asked who it is, ms. */
const LONGEST_MS = 10 * 60_000;
/** Each costs a look into the journal every few seconds. */
const MOST = 100;

/** Tells browsers, by server-sent events, that what they show is not what there is any more. They then ask for it themselves. */
export class LiveViews {
  /** Remembered: browsers come again while an app still waits for its deliveries, and its server would wait for them. */
  readonly #closing = new ReplaySubject<void>(1);
  #open = 0;

  constructor(private readonly events$: Observable<unknown>) {}

  /** @param look gives what the view holds by now. */
  follow(response: ServerResponse, look: () => Promise<string>): void {
    // Gone while it was found out who it is: it is not told once more that it closed.
    if (response.destroyed) return;
    if (this.#open >= MOST) {
      // The status at which a browser does not come again.
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    this.#open++;
    response.write('retry: 3000\n\n');
    let last: string | undefined;
    const looks = merge(timer(0, LOOK_EVERY_MS, realTime), this.events$.pipe(auditTime(TELL_EVERY_MS, realTime))).pipe(
      // The journal may be away for a moment: it is looked at again.
      exhaustMap(() => withRest(() => defer(look).pipe(catchError(() => EMPTY)), REST)),
      takeUntil(merge(timer(LONGEST_MS, realTime), this.#closing)),
      finalize(() => this.#open--),
    );
    const following = looks.subscribe({
      next: (now) => {
        // A line that says nothing keeps proxies from hanging up.
        response.write(last === undefined || now === last ? ':\n\n' : 'event: changed\ndata:\n\n');
        last = now;
      },
      complete: () => response.end(),
    });
    response.once('close', () => following.unsubscribe());
  }

  stop(): void {
    this.#closing.next();
  }
}
