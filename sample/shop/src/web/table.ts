import { html, type Html, type Piece } from './html.js';

/** A column: its name, and what its cells are. `head` names the row, `bare` has no name to be seen. */
export interface Column {
  readonly name: string;
  readonly kind?: 'number' | 'head' | 'bare';
}

/** A table that scrolls sideways where it has to, and turns into a list of cards on a phone. */
export function table(label: string, columns: readonly Column[], rows: readonly (readonly Piece[])[]): Html {
  const head = columns.map(({ name, kind }) => {
    const shown = kind === 'bare' ? html`<span class="visually-hidden">${name}</span>` : name;
    return html`<th scope="col" class="${kind ?? ''}">${shown}</th>`;
  });
  const cell = (piece: Piece, { name, kind }: Column): Html => {
    if (kind === 'bare') return html`<td>${piece}</td>`;
    if (kind === 'head') return html`<th scope="row" data-name="${name}">${piece}</th>`;
    return html`<td class="${kind ?? ''}" data-name="${name}">${piece}</td>`;
  };
  const body = rows.map(
    (pieces) =>
      html`<tr>
        ${columns.map((column, index) => cell(pieces[index], column))}
      </tr>`,
  );
  return html`<div class="table" role="region" aria-label="${label}" tabindex="0">
    <table class="stack">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}
