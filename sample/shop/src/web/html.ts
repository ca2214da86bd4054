/** A piece of a page, escaped already. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: nothing, pieces, lists of them, or text, which is escaped. */
export type Piece = Html | string | number | false | null | undefined | readonly Piece[];

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Tagged template: whatever is put in is escaped, unless it is made by this tag itself. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(strings.reduce((text, string, index) => text + render(pieces[index - 1]) + string));
}

function render(piece: Piece): string {
  if (piece instanceof Html) return piece.text;
  if (Array.isArray(piece)) return (piece as readonly Piece[]).map(render).join('');
  if (piece === undefined || piece === null || piece === false) return '';
  return String(piece).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** A column: its name, and its cells. `head` names the row; a `number` or a `word` is never broken. */
export interface Column<Row> {
  readonly name: string;
  readonly kind?: 'number' | 'head' | 'word';
  readonly cell: (row: Row) => Piece;
}

/** A table that scrolls sideways where it has to; on a phone, a list of cards of a few lines each. */
export function table<Row>(label: string, rows: readonly Row[], columns: readonly Column<Row>[]): Html {
  const cellOf = (row: Row, { name, kind, cell }: Column<Row>): Html =>
    kind === 'head'
      ? html`<th scope="row" data-name="${name}">${cell(row)}</th>`
      : html`<td class="${kind}" data-name="${name}"><span>${cell(row)}</span></td>`;
  return html`<div class="table long" role="group" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(({ name, kind }) => html`<th scope="col" class="${kind}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => cellOf(row, column))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

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
