import { html, type Html } from '../web/html.js';
import type { PageContext } from '../web/page-context.js';

/** One bar: its parts from the bottom up. */
export interface Bar {
  readonly name: string;
  readonly values: readonly number[];
}

const [WIDTH, HEIGHT, FOOT] = [560, 200, 24];

/** Stacked bars as a picture, with the same numbers as a table for those who do not see it. */
export function barChart({ say }: PageContext, title: string, series: readonly string[], bars: readonly Bar[]): Html {
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = Math.max(1, ...totals);
  const step = WIDTH / bars.length;
  const columns = bars.map(({ name, values }, index) => {
    let top = HEIGHT;
    const parts = values.map((value, part) => {
      const height = (value / most) * (HEIGHT - 20);
      top -= height;
      return (
        value > 0 &&
        html`<rect
          class="series-${part}"
          x="${(index * step + step * 0.15).toFixed(1)}"
          y="${top.toFixed(1)}"
          width="${(step * 0.7).toFixed(1)}"
          height="${height.toFixed(1)}"
        />`
      );
    });
    const middle = (index * step + step / 2).toFixed(1);
    const total = totals[index] ?? 0;
    return html`${parts}${total > 0 && html`<text x="${middle}" y="${(top - 5).toFixed(1)}">${total}</text>`}<text
        x="${middle}"
        y="${HEIGHT + 16}"
        >${name}</text
      >`;
  });
  return html`<figure class="card">
    <figcaption><h2>${title}</h2></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT + FOOT}" role="img" aria-label="${title}">
      <line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}" />
      ${columns}
    </svg>
    ${
      series.length > 1 &&
      html`<ul class="legend">
        ${series.map((name, part) => html`<li><span class="swatch series-${part}"></span>${name}</li>`)}
      </ul>`
    }
    <details>
      <summary>${say('표로 보기', 'As a table')}</summary>
      <table>
        <thead>
          <tr>
            <td></td>
            ${series.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${bars.map(
            ({ name, values }) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${values.map((value) => html`<td class="number">${value}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </figure>`;
}
