import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { provide, provideClass, type TypedSymbol } from '../lib/typed-provider.js';

class Engine {
  readonly cylinders = 4;
}
class Driver {
  constructor(readonly name: string) {}
}
class Car {
  constructor(
    readonly engine: Engine,
    readonly driver: Driver,
    readonly plate?: string,
  ) {}
}
const NAME: TypedSymbol<string> = Symbol('NAME');
const PLATE: TypedSymbol<string | undefined> = Symbol('PLATE');

it('gives a class what its tokens stand for', async () => {
  const app = await Test.createTestingModule({
    providers: [
      Engine,
      { provide: NAME, useValue: 'Kim' },
      provide(Driver, [NAME], (name) => new Driver(name)),
      provideClass(Car, [Engine, Driver, { token: PLATE, optional: true }]),
    ],
  }).compile();
  expect(app.get(Car)).toEqual({ engine: { cylinders: 4 }, driver: { name: 'Kim' }, plate: undefined });
});

it('does not compile with a token in the wrong place', () => {
  // @ts-expect-error swapped
  provideClass(Car, [Driver, Engine]);
  // @ts-expect-error of another type
  provideClass(Driver, [Engine]);
  // @ts-expect-error missing
  provideClass(Driver, []);
  // @ts-expect-error may be absent, which a driver's name may not
  provideClass(Driver, [{ token: PLATE, optional: true }]);
  expect(true).toBe(true);
});
