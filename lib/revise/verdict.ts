import { isRecord, violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { printable } from '../protocol/printable.js';
import { provedBefore } from '../revision/decide.js';
import { attentionOf, isLeased, isSettled, type Revision, type TrailEntry } from '../revision/revision.js';
import { RevisionStateError } from '../revision/revision.errors.js';
import { resolved } from '../revision/transitions.js';

/** What a person decides, see {@link RevisePaymentService.resolve}. */
export interface ResolveRequest {
  readonly shopTransactionId: string;
  /** Leave it out for the module's own `mallId`. */
  readonly mallId?: string | undefined;
  readonly verdict: 'succeeded' | 'declined';
  /** Who decides. Kept with the revision, in no log; whoever decides otherwise is told by `RevisionStateError.verdict`. */
  readonly actor: string;
  /** On what grounds. Kept as `actor` is. Both are kept on one line, without control characters. */
  readonly reason: string;
  /**
   * The state that the verdict is made on: the `version` of the revision as the person saw it. It then holds for that state
   * alone. Without it, it replaces no other verdict that stands.
   */
  readonly version?: number | undefined;
}

/**
 * A copy of what a person decides, checked.
 * @throws {KiccValidationError} with every fault at once.
 */
export function checkedResolveRequest(request: unknown): ResolveRequest {
  const given: Record<string, unknown> = isRecord(request) ? { ...request } : {};
  const violations = (['shopTransactionId', 'actor', 'reason'] as const)
    .filter((field) => typeof given[field] !== 'string' || given[field].trim() === '')
    .map((field) => violation(field, 'required', 'is missing.', RESOLVE_REMEDIES[field]));
  if (given['verdict'] !== 'succeeded' && given['verdict'] !== 'declined') {
    violations.push(violation('verdict', 'oneOf', 'is not a verdict.', "Give 'succeeded' or 'declined'."));
  }
  const { version } = given;
  if (version !== undefined && !(Number.isSafeInteger(version) && (version as number) > 0)) {
    violations.push(
      violation('version', 'type', 'is not a version.', 'Give that of the revision that was looked at, or leave it out.'),
    );
  }
  if (violations.length > 0) throw new KiccValidationError(violations);
  return given as unknown as ResolveRequest;
}

const RESOLVE_REMEDIES = {
  shopTransactionId: 'Name the revision.',
  actor: 'Say who decides; it is kept with the revision.',
  reason: 'Say on what grounds, for example what the merchant console shows; it is kept with the revision.',
} as const;

/**
 * The state after a person's verdict; `undefined` where that stands already.
 * @throws {RevisionStateError} the verdict cannot be made on the state in which the revision stands.
 */
export function withVerdict(revision: Revision, request: ResolveRequest, now: Date): Revision | undefined {
  const { verdict, version } = request;
  const [actor, reason] = [printable(request.actor), printable(request.reason)];
  const stands = revision.settledBy === 'verdict' && !hasNews(revision) ? revision.verdict : undefined;
  const movedOn = version !== undefined && version !== revision.version;
  // Who has lost the answer repeats the very same.
  const isRepeated = !movedOn || (stands?.actor === actor && stands.reason === reason);
  if (stands?.verdict === verdict && isRepeated) return undefined;
  if (movedOn || (stands && version === undefined)) throw notMadeOn(revision);
  refuseWithoutNeed(revision, now);
  return resolved(revision, Object.freeze({ verdict, actor, reason, at: now }));
}

/** @throws {RevisionStateError} no person has to decide, or not now. */
function refuseWithoutNeed(revision: Revision, now: Date): void {
  if (revision.status === 'succeeded' && revision.settledBy !== 'verdict' && !attentionOf(revision)) {
    throw new RevisionStateError(revision, 'needs no verdict: KICC has proved that it was carried out.');
  }
  // Beside it, a wrong verdict would let the payment be refunded once more.
  if (!isSettled(revision) && provedBefore(revision)) {
    throw new RevisionStateError(
      revision,
      'needs no verdict: KICC has told its outcome, and only your @OnRevisionSettled() handler fails. Mend that, then settle() it.',
    );
  }
  if (revision.status === 'accepted') {
    throw new RevisionStateError(revision, 'needs no verdict: nothing of it has left. Withdraw it, or let it be sent.');
  }
  if (!isSettled(revision) && isLeased(revision, now)) {
    throw new RevisionStateError(
      revision,
      `is being worked on right now, until ${revision.leaseUntil?.toISOString()} at most. Try again in a moment.`,
    );
  }
}

/** Lines of a trail that may call for a person. */
const NEWS: readonly TrailEntry['event'][] = ['contradicted', 'corrected', 'doubled', 'unreviewed', 'notification'];

/** Whether something calls for a person that the last verdict did not know. */
function hasNews(revision: Revision): boolean {
  const { trail } = revision;
  const since = trail.slice(trail.findLastIndex(({ event }) => event === 'verdict') + 1);
  return attentionOf(revision) !== undefined && since.some(({ event }) => NEWS.includes(event));
}

/** What refuses a verdict that was made on another state than a revision stands in. */
function notMadeOn(revision: Revision): RevisionStateError {
  const made = revision.settledBy === 'verdict' ? revision.verdict : undefined;
  const attention = attentionOf(revision);
  const what = made
    ? `was decided as ${made.verdict} at ${made.at.toISOString()} (error.verdict says by whom)`
    : 'has moved on';
  const since = attention ? `, and is ${attention}` : '';
  const remedy = `Look at it again; a verdict on what stands now names version ${revision.version}.`;
  return new RevisionStateError(revision, `${what}${since}. ${remedy}`, made);
}
