import { play } from './history.js';
import type { Intent, Plan, PlannedProcess } from './plan.js';

/** Takes out of a plan whatever it can without the invariant's holding again, so that a person sees what it takes. */
export async function shrink(plan: Plan, breaks: (violations: readonly string[]) => boolean): Promise<Plan> {
  let smallest = plan;
  for (let shrunk = true; shrunk;) {
    shrunk = false;
    for (const smaller of smallerThan(smallest)) {
      const { violations } = await play(smaller, 'ours');
      if (!breaks(violations)) continue;
      smallest = smaller;
      shrunk = true;
      break;
    }
  }
  return smallest;
}

function* smallerThan(plan: Plan): Generator<Plan> {
  const { processes, intents, outages, reviseFaults, queryFaults } = plan;
  for (const fewer of without(intents)) if (fewer.length > 0) yield { ...plan, intents: fewer };
  if (processes.length > 1) yield { ...plan, processes: processes.slice(0, -1) };
  for (const fewer of without(outages)) yield { ...plan, outages: fewer };
  if (reviseFaults.length > 0) yield { ...plan, reviseFaults: reviseFaults.slice(0, -1) };
  if (queryFaults.length > 0) yield { ...plan, queryFaults: queryFaults.slice(0, -1) };
  for (const index of reviseFaults.keys()) {
    if (reviseFaults[index]) yield { ...plan, reviseFaults: reviseFaults.with(index, null) };
  }
  for (const index of queryFaults.keys()) {
    if (queryFaults[index]) yield { ...plan, queryFaults: queryFaults.with(index, null) };
  }
  for (const [index, process] of processes.entries()) {
    for (const smaller of calmer(process)) yield { ...plan, processes: processes.with(index, smaller) };
  }
  for (const [index, intent] of intents.entries()) {
    for (const smaller of plainer(intent)) yield { ...plan, intents: intents.with(index, smaller) };
  }
  for (const extra of ['failover', 'witnesses', 'app'] as const) if (plan[extra] !== undefined) yield lacking(plan, extra);
  // KICC's time may be all that keeps a wrong clock from harm.
  if (plan.dateOffMs !== undefined && processes.every(({ skewMs }) => skewMs === 0)) yield lacking(plan, 'dateOffMs');
  const { witnesses, app } = plan;
  if (app) {
    for (const name of ['handlers', 'signatures', 'timeless'] as const) {
      if (app[name].length > 0) yield { ...plan, app: { ...app, [name]: app[name].slice(0, -1) } };
    }
  }
  if (witnesses) {
    const { fates, consoleRefunds, forgeries } = witnesses;
    for (const fewer of without(forgeries)) yield { ...plan, witnesses: { ...witnesses, forgeries: fewer } };
    for (const fewer of without(consoleRefunds)) yield { ...plan, witnesses: { ...witnesses, consoleRefunds: fewer } };
    if (fates.length > 0) yield { ...plan, witnesses: { ...witnesses, fates: fates.slice(0, -1) } };
  }
  if (plan.latencyMs > 1) yield { ...plan, latencyMs: 1 };
  if (Object.keys(plan.profile).length > 0) yield { ...plan, profile: {} };
}

function* calmer(process: PlannedProcess): Generator<PlannedProcess> {
  for (const crashes of without(process.crashes)) yield { ...process, crashes };
  for (const journalTrouble of without(process.journalTrouble)) yield { ...process, journalTrouble };
  for (const halts of without(process.halts)) yield { ...process, halts };
  for (const clockSteps of without(process.clockSteps)) yield { ...process, clockSteps };
  if (process.oldKeyUntilMs !== undefined) yield lacking(process, 'oldKeyUntilMs');
  if (process.skewMs !== 0) yield { ...process, skewMs: 0 };
}

function* plainer(intent: Intent): Generator<Intent> {
  for (const calls of without(intent.calls)) if (calls.length > 0) yield { ...intent, calls };
  for (const extra of ['triesAgainMs', 'fallsBack', 'beside', 'withdrawAtMs', 'settleAtMs', 'verdicts'] as const) {
    if (intent[extra] !== undefined) yield lacking(intent, extra);
  }
  for (const verdicts of without(intent.verdicts ?? [])) if (verdicts.length > 0) yield { ...intent, verdicts };
  for (const [index, call] of intent.calls.entries()) {
    if (call.atMs > 0) yield { ...intent, calls: intent.calls.with(index, { ...call, atMs: 0 }) };
    if (call.process > 0) yield { ...intent, calls: intent.calls.with(index, { ...call, process: 0 }) };
  }
}

/** The same without one of its properties. */
function lacking<T extends object>(whole: T, property: keyof T): T {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== property)) as T;
}

function* without<T>(list: readonly T[]): Generator<T[]> {
  for (const index of list.keys()) yield list.toSpliced(index, 1);
}
