import { describe, expect, it } from '@jest/globals';
import { here } from '../../sample/shop/src/web/kept-form.js';

describe('where a form or a link leads', () => {
  it.each(['/admin', '/admin/orders/1?lang=ko', '/'])('may be %s', (path) => {
    expect(here(path)).toBe(path);
  });

  it.each([
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example/admin', '/'],
    ['/.//evil.example', '/evil.example'],
    ['javascript:alert(1)', '/'],
    [['/admin'], '/'],
    [undefined, '/'],
  ])('is never elsewhere: %j', (path, safe) => {
    expect(here(path)).toBe(safe);
  });
});
