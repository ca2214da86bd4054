import { Inject, type InjectionToken } from '@nestjs/common';
import { RevisePaymentService } from './revise/revise-payment.service.js';

/** A service that `KiccModule` exports. */
export type KiccService = abstract new (...dependencies: never[]) => unknown;

/**
 * The token of a service of the `KiccModule` with that name.
 * @param service default: `RevisePaymentService`.
 */
export function getKiccToken(name: string, service: KiccService = RevisePaymentService): InjectionToken {
  return tokenOf(name, service);
}

/**
 * Injects a service of the `KiccModule` with that name (`KiccModule.forRoot({ name, … })`).
 * @param service default: `RevisePaymentService`.
 * @example constructor(@InjectKicc('brand-b') private readonly payments: RevisePaymentService) {}
 */
export function InjectKicc(name: string, service: KiccService = RevisePaymentService): ParameterDecorator & PropertyDecorator {
  return Inject(getKiccToken(name, service));
}

/** A token that no other module of the app has: that of a class finds the services of any. */
export function tokenOf(name: string | undefined, service: KiccService): InjectionToken {
  return `nestjs-kicc/${name ?? ''}/${service.name}`;
}

/** What a module may be called. */
export const MODULE_NAME = /^[\w-]{1,32}$/;

/** That a module serves none. */
export function noModule(who: string, name: string | undefined): string {
  return name === undefined
    ? `${who}: there is no KiccModule. Import KiccModule.forRoot(...) beside it; for one that has a name, set kicc to it.`
    : `${who}: there is no KiccModule of the name ${name}. Import KiccModule.forRoot({ name: '${name}', ... }) beside it.`;
}
