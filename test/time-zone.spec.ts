import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/* The time zone of a process is fixed when it starts, so each is a process of its own, on the built package. */
const CANCEL = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { KiccModule, RevisePaymentService } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';
const mall = { mallId: 'T0000001', secretKey: 'simulator-secret' };
const now = () => new Date('2026-03-01T15:30:00Z');
const kicc = await KiccSimulator.start({ malls: [mall], now });
class App {}
Module({ imports: [KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...mall, now })] })(App);
const app = await NestFactory.createApplicationContext(App, { logger: false });
const { pgCno } = kicc.approve({ amount: 1000 });
const { status } = await app.get(RevisePaymentService).cancel({ shopTransactionId: 'a', pgCno });
console.log(JSON.stringify({ status, date: kicc.requests()[0].body.cancelReqDate, offset: new Date().getTimezoneOffset() }));
await app.close();
await kicc.stop();
`;

describe('cancelReqDate', () => {
  it.each([
    ['UTC', 0],
    ['America/New_York', 300],
    ['Asia/Seoul', -540],
  ])('is the day in Korea on a server in %s', (TZ, winterOffset) => {
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', CANCEL], {
      env: { ...process.env, TZ, NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    const { offset, ...rest } = JSON.parse(printed) as { offset: number };
    expect([winterOffset, winterOffset - 60]).toContain(offset);
    expect(rest).toEqual({ status: 'succeeded', date: '20260302' });
  });
});
