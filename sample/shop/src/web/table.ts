import { html, type Html, type Piece } from './html.js';

/** A column: its name, and what its cells are. `head` names the row; a `number` or a `word` is never broken. */
export interface Column {
  readonly name: string;
  readonly kind?: 'number' | 'head' | 'word';
}

/** A table that scrolls sideways where it has to; on a phone, a list of cards of a few lines each. */
export function table(label: string, columns: readonly Column[], rows: readonly (readonly Piece[])[]): Html {
  const cell = (piece: Piece, { name, kind }: Column): Html =>
    kind === 'head'
      ? html`<th scope="row" data-name="${name}">${piece}</th>`
      : html`<td class="${kind}" data-name="${name}"><span>${piece}</span></td>`;
  return html`<div class="table long" role="group" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(({ name, kind }) => html`<th scope="col" class="${kind}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (pieces) =>
            html`<tr>
              ${columns.map((column, index) => cell(pieces[index], column))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
