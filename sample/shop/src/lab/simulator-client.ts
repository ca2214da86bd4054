import type { ApprovedPayment, ApproveOptions, SimulatedEffect, SimulatedFault } from 'nestjs-kicc/testing';

/** Controls a `KiccSimulator` of another process, by its control API. */
export class SimulatorClient {
  constructor(private readonly url: string) {}

  /** A customer pays, into a virtual account as well. */
  async approve(options: ApproveOptions): Promise<string> {
    const { pgCno } = await this.ask<ApprovedPayment>('approve', options);
    if (options.payMethodTypeCode === '22') await this.ask('deposit', { pgCno });
    return pgCno;
  }

  inject(fault: SimulatedFault): Promise<unknown> {
    return this.ask('inject', fault);
  }

  /** Nothing goes wrong any more. */
  async clearFaults(): Promise<void> {
    await fetch(`${this.url}/simulator/faults`, { method: 'DELETE' });
  }

  /** The money of a payment's refund comes back. */
  async bounce(pgCno: string): Promise<void> {
    const [refund] = (await this.effectsOn(pgCno)) ?? [];
    await this.ask('bounce', { cancelPgCno: refund?.cancelPgCno });
  }

  /** What really happened to the money of a payment; nothing while nobody can connect. */
  async effectsOn(pgCno: string): Promise<readonly SimulatedEffect[] | undefined> {
    const all = await this.ask<readonly SimulatedEffect[]>('effects').catch(() => undefined);
    return all?.filter((effect) => effect.pgCno === pgCno);
  }

  private async ask<T>(what: string, body?: object): Promise<T> {
    const post = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${this.url}/simulator/${what}`, post);
    if (!response.ok) throw new Error(`Simulator: HTTP ${response.status}`);
    return (await response.json()) as T;
  }
}
