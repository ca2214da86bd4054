import { html, type Html, type Piece } from './html.js';

export type Fact = readonly [name: string, fact: Piece];

/** A list of names and what stands behind them. */
export function facts(all: readonly Fact[]): Html {
  return html`<dl>
    ${all.map(
      ([name, fact]) =>
        html`<dt>${name}</dt>
          <dd>${fact}</dd>`,
    )}
  </dl>`;
}
