import { Inject, type InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { KiccConfigurationError } from './protocol/kicc-configuration.error.js';
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

/**
 * A service of the `KiccModule` with that name, or of the one without a name, wherever it stands in the app.
 * @param who asks, for the error.
 * @throws {KiccConfigurationError} if there is no such module.
 */
export function serviceOf<T>(
  modules: ModuleRef,
  who: string,
  name: string | undefined,
  service: abstract new (...dependencies: never[]) => T,
): T {
  try {
    return modules.get<T>(tokenOf(name, service), { strict: false });
  } catch {
    throw new KiccConfigurationError([noModule(who, name)]);
  }
}

/** That a module serves none. */
function noModule(who: string, name: string | undefined): string {
  return name === undefined
    ? `${who}: there is no KiccModule. Import KiccModule.forRoot(...) beside it; for one that has a name, set kicc to it.`
    : `${who}: there is no KiccModule of the name ${name}. Import KiccModule.forRoot({ name: '${name}', ... }) beside it.`;
}
