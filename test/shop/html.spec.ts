import { describe, expect, it } from '@jest/globals';
import { html } from '../../sample/shop/src/web/html.js';

describe('html', () => {
  it('escapes whatever is put in, in text and in attributes', () => {
    const evil = `<script>alert('"&')</script>`;
    expect(html`<p title="${evil}">${evil}</p>`.text).not.toMatch(/<script|title="[^"]*"[^>]*"/);
    expect(html`${evil}`.text).toBe('&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;');
  });

  it('keeps its own pieces, joins lists, and shows nothing for nothing', () => {
    const items = ['a<', 'b'].map((one) => html`<li>${one}</li>`);
    expect(html`${items}${false}${null}${undefined}${0}`.text).toBe('<li>a&lt;</li><li>b</li>0');
  });
});
