import type { ServerResponse } from 'node:http';
import type { KiccMall } from '../malls/kicc-malls.js';
import { violation } from '../protocol/check-fields.js';
import type { ApproveOptions, CashReceiptOptions } from './approve-options.js';
import { checkFault, type SimulatedFault } from './faults.js';
import type { NotificationSend } from './notification-sender.js';
import type { SecretChange, SimulatorControls } from './simulator-controls.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Where the control API is: what a test does from the command line, or in another language. */
export const CONTROL = '/simulator/';

/** What is controlled. */
export interface ControlledSimulator extends SimulatorControls {
  inject(fault: SimulatedFault): void;
  clearFaults(): Promise<void>;
  setNotifyUrl(url: string | undefined): void;
  notificationLog(): readonly NotificationSend[];
}

/** What a request is about; each call checks for itself. */
interface Target {
  readonly pgCno: string;
  readonly cancelPgCno: string;
  readonly amount?: number;
  readonly url?: string;
}

/** @param afterwards takes what is to be done once the answer is out. */
type Route = (simulator: ControlledSimulator, body: string, afterwards: (act: () => void) => void) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /simulator/approve': (simulator, body) => simulator.approve(parseJson(body) as ApproveOptions),
  'POST /simulator/cash-receipt': (simulator, body) => simulator.issueCashReceipt(parseJson(body) as CashReceiptOptions),
  'POST /simulator/malls': (simulator, body) => {
    const mall = objectIn<KiccMall>(body);
    simulator.addMall(mall);
    return { added: mall.mallId };
  },
  'POST /simulator/rotate': (simulator, body) => {
    simulator.rotateSecret(objectIn<SecretChange>(body));
    return { rotated: true };
  },
  'POST /simulator/deposit': ofPayment((simulator, { pgCno, amount }) => simulator.deposit(pgCno, amount)),
  'POST /simulator/bounce': (simulator, body) => {
    const { cancelPgCno } = objectIn<Target>(body);
    simulator.bounce(cancelPgCno);
    return { bounced: cancelPgCno };
  },
  'POST /simulator/confirm-purchase': ofPayment((simulator, { pgCno }) => simulator.confirmPurchase(pgCno)),
  'POST /simulator/reject-purchase': ofPayment((simulator, { pgCno }) => simulator.rejectPurchase(pgCno)),
  'POST /simulator/console-cancel': (simulator, body) => {
    const { pgCno, amount } = objectIn<Target>(body);
    return { cancelPgCno: simulator.consoleCancel(pgCno, amount) };
  },
  'POST /simulator/notify': (simulator, body) => {
    const { url } = objectIn<Target>(body);
    simulator.setNotifyUrl(url);
    return { notify: url ?? null };
  },
  'POST /simulator/inject': (simulator, body, afterwards) => {
    const fault = parseJson(body);
    checkFault(fault);
    if (fault.fault !== 'refuse') simulator.inject(fault);
    else if (fault.forMs === undefined) {
      const message = 'is missing; with the port closed, nothing could lift the fault again.';
      throw new SimulatorUsageError('inject', [violation('forMs', 'required', message, 'Give milliseconds.')]);
    } else afterwards(() => simulator.inject(fault));
    return { injected: fault };
  },
  'DELETE /simulator/faults': async (simulator) => {
    await simulator.clearFaults();
    return { cleared: true };
  },
  'GET /simulator/effects': (simulator) => simulator.effects(),
  'GET /simulator/problems': (simulator) => simulator.problems(),
  'GET /simulator/requests': (simulator) => simulator.requests(),
  'GET /simulator/payments': (simulator) => simulator.payments(),
  'GET /simulator/notifications': (simulator) => simulator.notifications(),
  'GET /simulator/notification-log': (simulator) => simulator.notificationLog(),
};

/** @param name method and path. */
export async function control(
  simulator: ControlledSimulator,
  name: string,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (!route) {
    const remedy = `Use one of: ${Object.keys(ROUTES).join(', ')}.`;
    return answerJson(response, 404, { error: `There is no ${name}.`, remedy });
  }
  try {
    answerJson(response, 200, await route(simulator, body, (act) => response.once('finish', act)));
  } catch (error) {
    if (!(error instanceof SimulatorUsageError)) throw error;
    answerJson(response, 400, { error: error.message, violations: error.violations });
  }
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return;
  const body = `${JSON.stringify(value, null, 2)}\n`;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Answers with the payment as it then stands. */
function ofPayment(act: (simulator: ControlledSimulator, target: Target) => void): Route {
  return (simulator, body) => {
    const target = objectIn<Target>(body);
    act(simulator, target);
    return simulator.payment(target.pgCno);
  };
}

function objectIn<T>(body: string): T {
  return (parseJson(body) ?? {}) as T;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new SimulatorUsageError('control', [violation('', 'object', 'is not JSON.', 'Send a JSON object as the body.')]);
  }
}
