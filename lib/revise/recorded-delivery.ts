import { timeOr } from '../gateway/kicc-clock.js';
import type { DeliveryWitness } from '../gateway/kicc-gateway.js';
import { agreeOnDay, isWithinFence } from '../revision/decide.js';
import type { DeliveryEvidence } from '../revision/evidence.js';
import { newestTime, type RevisionStatus, type TrailEntry } from '../revision/revision.js';
import { trailEntry } from '../revision/trail.js';
import { startSending } from '../revision/transitions.js';
import type { JournaledRevision, JournalingSettings } from './journaled-revision.js';
import { leaseEnd, leaseSuffices } from './lease.js';

/** Follows the attempts of one delivery, keeps the journal ahead of them, and stops those that come too late. */
export class RecordedDelivery implements DeliveryWitness {
  /** Somebody else took the revision over; nothing more may be sent from here. */
  overtaken = false;
  #attempts: readonly { readonly evidence: DeliveryEvidence; readonly at: Date; readonly cancelReqDate: string | undefined }[] =
    [];

  constructor(
    private readonly journaled: JournaledRevision,
    private readonly event: 'delivery' | 'resend',
    private readonly settings: JournalingSettings,
  ) {}

  async attempting(today: string): Promise<void> {
    if (this.overtaken) throw new Error('overtaken');
    const { revision } = this.journaled;
    const now = this.settings.now();
    const noted =
      revision.status === 'sending' && revision.cancelReqDate === today && leaseSuffices(revision, now, this.settings);
    if (noted) this.refuseUnsafe(now);
    else await this.note(today);
  }

  /** Writes down that an attempt is made, before it is. */
  private async note(today: string): Promise<void> {
    const { revision } = this.journaled;
    const now = this.settings.now();
    this.refuseUnsafe(now);
    const sending = startSending(revision, today, now, leaseEnd(now, this.settings));
    if (!(await this.journaled.write(sending))) {
      this.overtaken = true;
      throw new Error('overtaken');
    }
    // The write took its time, or the process was halted: by now, somebody else may be at work, or KICC may forget the key.
    const after = this.settings.now();
    if (!leaseSuffices(this.journaled.revision, after, this.settings)) throw new Error('late');
    this.refuseUnsafe(after);
  }

  leaving(cancelReqDate: string): void {
    const { revision } = this.journaled;
    const now = this.settings.now();
    // A clock that was set back meanwhile tells nothing of how long that was.
    const goesOn = revision.lastDeliveredAt === undefined || now >= revision.lastDeliveredAt;
    const isOurs = !this.overtaken && revision.cancelReqDate === cancelReqDate && leaseSuffices(revision, now, this.settings);
    if (!goesOn || !isOurs) throw new Error('late');
    this.refuseUnsafe(now);
  }

  private refuseUnsafe(now: Date): void {
    const isSafe =
      this.event === 'resend' ? isWithinFence(this.journaled.revision, now, this.settings) : agreeOnDay(now, this.settings);
    if (!isSafe) throw new Error('fenced');
  }

  attempted(evidence: DeliveryEvidence): void {
    const { cancelReqDate } = this.journaled.revision;
    // What it proved must not be lost for the time of it.
    const at = timeOr(this.settings.now, newestTime(this.journaled.revision));
    this.#attempts = this.#attempts.concat({ evidence, at, cancelReqDate });
  }

  /** One line for each attempt. All but the last left nothing, and `status` is where the revision stands after the last. */
  trail(status: RevisionStatus): TrailEntry[] {
    const meanwhile = this.event === 'resend' ? 'unknown' : 'accepted';
    return this.#attempts.map(({ evidence, at, cancelReqDate }, index) => {
      const stands = index === this.#attempts.length - 1 ? status : meanwhile;
      return trailEntry(this.event, evidence, stands, at, cancelReqDate);
    });
  }
}
