import { describe, expect, it } from '@jest/globals';
import { kiccConsoleSettings, type KiccConsoleModuleOptions } from '../../lib/console/kicc-console.options.js';

describe('the console’s options', () => {
  it('are complete without any', () => {
    expect(kiccConsoleSettings()).toEqual({
      kicc: undefined,
      path: 'kicc',
      decorators: [],
      authorize: undefined,
      locale: undefined,
      css: '',
      home: undefined,
      decisionsPerMinute: 30,
    });
  });

  it.each<readonly [string, Record<string, unknown>]>([
    ['kicc', { kicc: 'no name!' }],
    ['path', { path: '' }],
    ['decorators', { decorators: ['Public'] }],
    ['authorize', { authorize: 'staff' }],
    ['locale', { locale: 'ja' }],
    ['css', { css: 1 }],
    ['home', { home: 'javascript:alert(1)' }],
    ['home', { home: '//elsewhere' }],
    ['decisionsPerMinute', { decisionsPerMinute: 0 }],
    ['authorise', { authorise: () => undefined }],
  ])('name %s where it cannot be', (name, options) => {
    expect(() => kiccConsoleSettings(options as KiccConsoleModuleOptions)).toThrow(name);
  });

  it('tell of every problem at once', () => {
    expect(() => kiccConsoleSettings({ path: '', css: 1 } as never)).toThrow(/path: .*css: /s);
  });
});
