import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { of } from 'rxjs';
const { KiccModule, RevisePaymentService } = await import('nestjs-kicc');
class T { post({body}) { const j = JSON.parse(body); return of({ httpStatus: 200, body: `{"resCd":"0000","resMsg":"정상","mallId":"${j.mallId}","shopTransactionId":"${j.shopTransactionId}","shopOrderNo":"order-20260302-0001","oriPgCno":"${j.pgCno}","cancelPgCno":"26030214022110000002","transactionDate":"20260302140221","cancelAmount":${j.amount},"remainAmount":7000,"statusCode":"TS06","statusMessage":"부분취소완료","escrowUsed":"N","reviseInfo":{"payMethodTypeCode":"11","approvalNo":"30001234","approvalDate":"20260302140221","cardInfo":{"couponAmount":0},"cashReceiptInfo":{"resCd":"","resMsg":"","approvalNo":"","cancelDate":""}}}` }); } }
class App {}
Module({ imports: [KiccModule.forRoot({ environment: 'test', baseUrl: 'http://127.0.0.1:1', mallId: 'T0000001', secretKey: 'easypay!HMAC-benchmark-key', transport: { useValue: new T() } })] })(App);
const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
const p = app.get(RevisePaymentService);
let s = 0;
const call = async () => { const id = String(++s); const o = await p.cancelPartially({ shopTransactionId: `refund-20260302-${id}`, pgCno: `26030214${id.padStart(12, '0')}`, amount: 3000, remainAmount: 10000, clientId: 'admin-7', reviseMessage: '고객 변심에 의한 부분취소', taxInfo: { taxationAmount: 2000, taxFreeAmount: 800, vatAmount: 200 }, payMethodTypeCode: '11' }); if (o.status !== 'succeeded') throw new Error(JSON.stringify(o)); };
const run = async (n) => { const w = async () => { while (s < n) await call(); }; await Promise.all(Array.from({ length: 128 }, w)); };
await run(8000);
const c = process.cpuUsage(); const from = s; await run(s + 100000); const { user, system } = process.cpuUsage(c);
console.log('µs per call of duties alone', ((user + system) / (s - from)).toFixed(1));
await app.close();
