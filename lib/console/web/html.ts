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
