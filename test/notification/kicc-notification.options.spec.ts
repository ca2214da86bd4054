import { describe, expect, it } from '@jest/globals';
import { kiccNotificationSettings } from '../../lib/notification/kicc-notification.options.js';
import { KiccConfigurationError } from '../../lib/protocol/kicc-configuration.error.js';

describe('options of KiccNotificationModule', () => {
  it('are complete by themselves', () => {
    expect(kiccNotificationSettings()).toEqual({
      path: 'kicc/notifications',
      decorators: [],
      allowFrom: undefined,
      trustedProxies: [],
      answerWithinMs: 10_000,
    });
  });

  it('are named, all that are wrong at once', () => {
    const wrong = {
      path: '',
      decorators: ['Public'],
      allowFrom: ['kicc'],
      trustedProxies: '10.0.0.1',
      answerWithinMs: 0,
      proxies: [],
    };
    let error: unknown;
    try {
      kiccNotificationSettings(wrong as never);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(KiccConfigurationError);
    for (const name of Object.keys(wrong)) expect(String(error)).toContain(`KiccNotificationModule.${name}: `);
  });
});
