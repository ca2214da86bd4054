import type { ApprovedPayment, ApproveOptions, SimulatedEffect, SimulatedFault } from 'nestjs-kicc/testing';
import { NotPossible } from '../web/faults.js';

/** Controls a `KiccSimulator` of another process, by its control API. */
export class SimulatorClient {
  constructor(private readonly url: string) {}

  /** A customer pays, into a virtual account as well. */
  async approve(options: ApproveOptions): Promise<string> {
    const { pgCno } = await this.post<ApprovedPayment>('approve', options);
    if (options.payMethodTypeCode === '22') await this.post('deposit', { pgCno });
    return pgCno;
  }

  inject(fault: SimulatedFault): Promise<unknown> {
    return this.post('inject', fault);
  }

  /** Nothing goes wrong any more. */
  async clearFaults(): Promise<void> {
    await this.ask('faults', { method: 'DELETE' });
  }

  /** The money of a payment's refund comes back. */
  async bounce(pgCno: string): Promise<void> {
    const [refund] = (await this.effectsOn(pgCno)) ?? [];
    await this.post('bounce', { cancelPgCno: refund?.cancelPgCno });
  }

  /** What really happened to the money of a payment; nothing while nobody can connect. */
  async effectsOn(pgCno: string): Promise<readonly SimulatedEffect[] | undefined> {
    const all = await this.ask<readonly SimulatedEffect[]>('effects').catch(() => undefined);
    return all?.filter((effect) => effect.pgCno === pgCno);
  }

  private post<T>(what: string, body: object): Promise<T> {
    return this.ask(what, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  /** @throws {NotPossible} it cannot be reached, as during an experiment. */
  private async ask<T>(what: string, request?: RequestInit): Promise<T> {
    const response = await fetch(`${this.url}/simulator/${what}`, request).catch(() => {
      throw new NotPossible(
        '지금은 시뮬레이터에 연결할 수 없습니다. 잠시 뒤 다시 해 주세요.',
        'The simulator cannot be reached now. Try again in a moment.',
      );
    });
    if (!response.ok) throw new Error(`Simulator: HTTP ${response.status}`);
    return (await response.json()) as T;
  }
}
