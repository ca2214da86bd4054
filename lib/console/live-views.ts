import type { ServerResponse } from 'node:http';
import { auditTime, type Observable, type Subscription } from 'rxjs';
import { realTime, timers } from '../real-time.js';

/** How often a view is looked at again though nothing has happened in this process, ms. */
const LOOK_EVERY_MS = 5_000;
/** Not faster than anybody reads, ms. */
const TELL_EVERY_MS = 500;
/** After this a browser has to come again, and is asked who it is, ms. */
const LONGEST_MS = 10 * 60_000;
/** Each costs a look into the journal every few seconds. */
const MOST = 100;

/** Tells browsers, by server-sent events, that what they show is not what there is any more. They then ask for it themselves. */
export class LiveViews {
  readonly #open = new Set<() => void>();

  constructor(private readonly events$: Observable<unknown>) {}

  /** @param look gives what the view holds by now. */
  follow(response: ServerResponse, look: () => Promise<string>): void {
    if (this.#open.size >= MOST) {
      // The status at which a browser does not come again.
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 3000\n\n');
    let last: string | undefined;
    let isLooking = false;
    const tell = async (): Promise<void> => {
      if (isLooking) return;
      isLooking = true;
      try {
        const now = await look();
        // A line that says nothing keeps proxies from hanging up.
        response.write(last === undefined || now === last ? ':\n\n' : 'event: changed\ndata:\n\n');
        last = now;
      } catch {
        // The journal may be away for a moment: it is looked at again.
      } finally {
        isLooking = false;
      }
    };
    const moves: Subscription = this.events$.pipe(auditTime(TELL_EVERY_MS, realTime)).subscribe(() => void tell());
    const looks = timers.setInterval(() => void tell(), LOOK_EVERY_MS);
    const limit = timers.setTimeout(() => end(), LONGEST_MS);
    const end = (): void => {
      moves.unsubscribe();
      timers.clearInterval(looks);
      timers.clearTimeout(limit);
      this.#open.delete(end);
      response.end();
    };
    this.#open.add(end);
    response.once('close', end);
    void tell();
  }

  stop(): void {
    for (const end of this.#open) end();
  }
}
