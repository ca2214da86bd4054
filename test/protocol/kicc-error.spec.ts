import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { KiccConfigurationError } from '../../lib/protocol/kicc-configuration.error.js';
import { KiccError } from '../../lib/protocol/kicc-error.js';
import { KiccValidationError } from '../../lib/protocol/kicc-validation.error.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { RevisionNotFoundError } from '../../lib/revision/revision.errors.js';
import { CONTROLS, RAW, textsIn } from './controls.js';

const invalid = () =>
  new KiccValidationError([{ field: 'pgCno', rule: 'required', message: 'is missing.', remedy: 'Give it.' }]);

class ShopError extends KiccError {
  readonly code = 'SHOP';
}
class ShopValidationError extends KiccValidationError {
  readonly shop = 'mine';
}
class CodedError extends KiccError {
  static readonly code = 'SHOP_CODED';
  readonly code = CodedError.code;
  constructor(readonly secret: string) {
    super('It failed.');
  }
}

describe('instanceof', () => {
  it('holds for a subclass with a code of its own', () => {
    const Mine = class extends (KiccValidationError as new (violations: []) => KiccValidationError) {
      static readonly code = 'SHOP';
    };
    expect(new Mine([])).toBeInstanceOf(KiccValidationError);
    expect(new Mine([])).toBeInstanceOf(Mine);
    expect(new KiccValidationError([])).not.toBeInstanceOf(Mine);
  });

  it('is precise between the classes of the library', () => {
    const errors = [invalid(), new KiccDeliveryError('none', 'dns'), new KiccConfigurationError(['x'])];
    const classes = [KiccValidationError, KiccDeliveryError, KiccConfigurationError];
    errors.forEach((error, row) => {
      expect(error).toBeInstanceOf(KiccError);
      expect(error).toBeInstanceOf(Error);
      classes.forEach((type, column) => expect(error instanceof type).toBe(row === column));
    });
  });

  it('holds for classes of a shop', () => {
    expect(new ShopError('x') instanceof ShopError).toBe(true);
    expect(new ShopError('x') instanceof KiccError).toBe(true);
    expect(new ShopError('x') instanceof KiccValidationError).toBe(false);
    expect(invalid() instanceof ShopError).toBe(false);
    expect(new CodedError('x') instanceof ShopError).toBe(false);
    expect(new CodedError('x') instanceof CodedError).toBe(true);

    const mine = new ShopValidationError([]);
    expect(mine instanceof ShopValidationError).toBe(true);
    expect(mine instanceof KiccValidationError).toBe(true);
    expect(mine instanceof KiccDeliveryError).toBe(false);
    expect(invalid() instanceof ShopValidationError).toBe(false);
  });

  it('holds between two copies of the package', async () => {
    jest.resetModules();
    const copy = await import('../../lib/protocol/kicc-validation.error.js');
    const root = await import('../../lib/protocol/kicc-error.js');
    expect(copy.KiccValidationError).not.toBe(KiccValidationError);

    const theirs: unknown = new copy.KiccValidationError([]);
    expect(Object.getPrototypeOf(theirs)).not.toBe(KiccValidationError.prototype);
    expect(theirs instanceof KiccValidationError).toBe(true);
    expect(theirs instanceof KiccError).toBe(true);
    expect(theirs instanceof KiccDeliveryError).toBe(false);
    expect(theirs instanceof ShopValidationError).toBe(false);
    expect(invalid() instanceof copy.KiccValidationError).toBe(true);
    expect(invalid() instanceof root.KiccError).toBe(true);
  });

  it.each(
    [undefined, null, 'x', 5, {}, [], new Error('x'), () => undefined, { code: 'KICC_VALIDATION' }].map((value) => ({ value })),
  )('does not hold for $value', ({ value }) => {
    expect((value as unknown) instanceof KiccError).toBe(false);
    expect((value as unknown) instanceof KiccValidationError).toBe(false);
  });
});

describe('KiccError', () => {
  it('has a name, a code, a message and a stack', () => {
    expect(invalid()).toMatchObject({ name: 'KiccValidationError', code: 'KICC_VALIDATION' });
    expect(new ShopError('It failed.')).toMatchObject({ name: 'ShopError', code: 'SHOP', message: 'It failed.' });
    expect(invalid().stack).toContain('kicc-error.spec');
    expect(String(new ShopError('It failed.'))).toBe('ShopError: It failed.');
  });

  it('shows in JSON its name, code, message and details alone', () => {
    expect(new KiccDeliveryError('none', 'refused', 'ECONNREFUSED').toJSON()).toEqual({
      name: 'KiccDeliveryError',
      code: 'KICC_DELIVERY',
      message: 'Nothing was sent to KICC (refused, ECONNREFUSED).',
      delivery: 'none',
      reason: 'refused',
      detail: 'ECONNREFUSED',
    });
    expect(JSON.parse(JSON.stringify(new CodedError('hidden')))).toEqual({
      name: 'CodedError',
      code: 'SHOP_CODED',
      message: 'It failed.',
    });
  });

  it('shows no controls that a caller has given, and keeps its lines', () => {
    const error = new RevisionNotFoundError(CONTROLS, CONTROLS);
    const lines = inspect(error) + textsIn(error.toJSON()) + error.message;
    expect(lines.replaceAll('\n', '')).not.toMatch(RAW);
    expect(error.shopTransactionId).toBe(CONTROLS);
    expect(invalid().message.split('\n')).toHaveLength(2);
  });

  it('shows in inspect its stack, code and details alone', () => {
    const shown = inspect(new KiccDeliveryError('possible', 'timeout'));
    expect(shown).toMatch(/KICC may have received the request/);
    expect(shown).toMatch(/\{ code: 'KICC_DELIVERY', delivery: 'possible', reason: 'timeout' \}$/);
    expect(shown).toContain('kicc-error.spec');
    expect(inspect(new CodedError('hidden'), { showHidden: true, depth: null })).not.toContain('hidden');
    expect(inspect({ errors: [new CodedError('hidden')] }, { depth: null })).not.toContain('hidden');
    expect(inspect(invalid())).toContain("field: 'pgCno'");
  });

  it('keeps its brand out of what is listed', () => {
    expect(Object.getOwnPropertySymbols({ ...invalid() })).toEqual([]);
    expect(Object.keys(new ShopError('x'))).toEqual(['code']);
  });
});
