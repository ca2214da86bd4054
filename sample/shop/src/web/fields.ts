import type { Fault } from './faults.js';
import { html, type Html, type Piece } from './html.js';
import type { PageContext } from './page.js';

/** The fields of a form, each with what was typed and, beside it, what is wrong with it. Of those that are wrong, browsers focus the first. */
export function fieldsOf({ say }: PageContext, typed: Readonly<Record<string, string | undefined>>, faults: readonly Fault[]) {
  const shown = new Set<string>();
  const faultOf = (name: string): Html | false => {
    shown.add(name);
    const own = faults.filter(({ field }) => field === name);
    return own.length > 0 && html`<p class="fault" id="${name}-fault">${own.map(({ words }) => say(...words)).join(' ')}</p>`;
  };
  const field = (name: string, label: Piece, control: (attributes: Html) => Html): Html => {
    const fault = faultOf(name);
    const wrong = fault && html`aria-invalid="true" aria-describedby="${name}-fault"`;
    const attributes = html`id="${name}" name="${name}" ${wrong} ${fault && html`autofocus`}`;
    return html`<div class="field"><label for="${name}">${label}</label>${control(attributes)}${fault}</div>`;
  };
  return {
    faultOf,
    input: (name: string, label: Piece, more?: Html): Html =>
      field(name, label, (attributes) => html`<input ${attributes} value="${typed[name]}" autocomplete="off" ${more} />`),
    select: (name: string, label: Piece, options: Readonly<Record<string, string>>): Html =>
      field(
        name,
        label,
        (attributes) =>
          html`<select ${attributes}>
            ${Object.entries(options).map(([value, words]) => html`<option value="${value}" ${typed[name] === value && html`selected`}>${words}</option>`)}
          </select>`,
      ),
    /** What is wrong beside the fields that were made so far. */
    others: (): Html | false => {
      const rest = faults.filter(({ field: name }) => !shown.has(name));
      return (
        rest.length > 0 &&
        html`<div class="notice bad" role="alert" tabindex="-1" autofocus>
          ${rest.map(({ words }) => html`<p>${say(...words)}</p>`)}
        </div>`
      );
    },
  };
}
