import { describe, expect, it } from '@jest/globals';
import type { KiccModuleOptions } from '../../lib/index.js';
import { KiccSettings } from '../../lib/kicc.settings.js';
import { classOfError, describeFailure, nameOfError, whereItFailed } from '../../lib/revision/foreign-error.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { sqlStateOf } from '../../lib/sql/sql-dialect.js';
import { MALL } from '../revise/shop.js';
import { SECRET_WORDS, UNREADABLE_ERRORS } from '../unreadable-errors.js';

describe('an error of the shop', () => {
  it.each(UNREADABLE_ERRORS)('is described, though it has %s, and its words stay where they are', (_, make) => {
    const error = make();
    const said = [
      describeFailure(error),
      nameOfError(error),
      classOfError(error),
      sqlStateOf(error),
      whereItFailed(error),
    ].join();
    expect(said).not.toContain(SECRET_WORDS);
    expect(nameOfError(error)).toMatch(/^(Error|an error that cannot be read|object)$/);
    expect(sqlStateOf(error)).toBe('');
    expect(error instanceof KiccDeliveryError).toBe(false);
  });

  it.each(UNREADABLE_ERRORS)('fails the clock, though it has %s, as any other does', (_, make) => {
    const now = (): Date => {
      throw make();
    };
    expect(refusal(() => settings({ now }).now())).toMatch(/^KiccConfigurationError: .*now: your function failed/s);
  });

  it('fails the clock, where the Date throws', () => {
    const date = Object.assign(new Date(1_000), {
      getTime: () => {
        throw new Error(SECRET_WORDS);
      },
    });
    expect(settings({ now: () => date }).now()).toEqual(new Date(1_000));
  });

  it.each(UNREADABLE_ERRORS)('fails a function in malls, though it has %s, as any other does', async (_, make) => {
    const malls = (): never => {
      throw make();
    };
    const said = await settings({ malls }).malls.refresh().then(String, String);
    expect(said).toMatch(/^KiccConfigurationError: .*malls: your function failed/s);
    expect(said).not.toContain(SECRET_WORDS);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'fails a function in malls whose malls throw after %s looks, and keeps its words',
    async (quiet) => {
      let looks = 0;
      const mall = {
        mallId: 'T0000002',
        get secretKey(): string {
          if (looks++ >= quiet) throw new Error(SECRET_WORDS);
          return 'key';
        },
      };
      const load = settings({ malls: () => [mall] }).malls.refresh();
      expect(await load.then(() => '', String)).not.toContain(SECRET_WORDS);
    },
  );
});

function settings(options: Partial<KiccModuleOptions>): KiccSettings {
  return new KiccSettings({ environment: 'test', baseUrl: 'http://127.0.0.1:1', ...MALL, ...options });
}

function refusal(act: () => unknown): string {
  try {
    return `nothing: ${String(act())}`;
  } catch (error) {
    return String(error);
  }
}
