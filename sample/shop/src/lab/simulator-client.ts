import type { ApprovedPayment, ApproveOptions, SimulatedEffect, SimulatedFault } from 'nestjs-kicc/testing';

/** Controls a `KiccSimulator` of another process, by its control API. */
export class SimulatorClient {
  constructor(readonly url: string) {}

  approve(options: ApproveOptions): Promise<ApprovedPayment> {
    return this.ask('POST', 'approve', options);
  }

  inject(fault: SimulatedFault): Promise<unknown> {
    return this.ask('POST', 'inject', fault);
  }

  /** Somebody pays into a virtual account. */
  deposit(pgCno: string): Promise<unknown> {
    return this.ask('POST', 'deposit', { pgCno });
  }

  /** The money of a refund comes back. */
  bounce(cancelPgCno: string): Promise<unknown> {
    return this.ask('POST', 'bounce', { cancelPgCno });
  }

  /** Where KICC's notifications go. */
  notify(url: string): Promise<unknown> {
    return this.ask('POST', 'notify', { url });
  }

  /** What really happened to the money of a payment. */
  async effectsOn(pgCno: string): Promise<readonly SimulatedEffect[]> {
    const all = await this.ask<readonly SimulatedEffect[]>('GET', 'effects');
    return all.filter((effect) => effect.pgCno === pgCno);
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${this.url}/simulator/${path}`, init);
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(`Simulator: ${answer.error}`);
    return answer;
  }
}
