import { html, type Html, type Piece } from './html.js';

/** Of what a part of a bar tells the number. Each has a colour and a pattern. */
export type PartKind = 'open' | 'declined' | 'succeeded';

export interface Bar {
  /** Below the bar; absent: none. */
  readonly label?: AxisLabel | undefined;
  /** What a mouse is told: the whole in words. */
  readonly words: string;
  /** From the bottom up. */
  readonly parts: readonly { readonly kind: PartKind; readonly count: number }[];
}

export interface Mark {
  readonly label?: AxisLabel | undefined;
  readonly words: string;
  /** Where they stand, 0 at the bottom to 1; absent: none. */
  readonly at?: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
}

export interface AxisLabel {
  readonly text: string;
  /** A second line. */
  readonly below?: string | undefined;
  /** Whether it is left out where there is little room. */
  readonly isWide: boolean;
}

/** What a drawing is called, and what it shows, for whoever does not see it. */
export interface Drawing {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
}

/** How far bars are drawn to scale. */
export interface Scale {
  readonly top: number;
  /** Whether some bars are higher, and cut. */
  readonly isCut: boolean;
}

const HEIGHT = 180;
/** Above the plot, where bars that are cut go on, and numbers stand. */
const HEAD = 34;
const CUT = 10;
/** What is there is seen, however little it is. */
const LEAST = 2;
/** How many places across have room for every number; and how many on a wide screen alone. */
const [FEW, MANY] = [8, 31];
/** From how many times what is usual a bar is cut off: below it, all can be seen on one scale. */
const CUT_FROM = 8;

/**
 * A scale on which what is usual can be seen: where a few bars are many times higher than is usual, it ends above the others, and
 * those few are cut off.
 */
export function scaleOf(totals: readonly number[]): Scale {
  const sorted = totals.filter((total) => total > 0).sort((one, other) => one - other);
  const usual = Math.max(3, sorted[Math.floor((sorted.length - 1) / 2)] ?? 0);
  const highest = sorted.at(-1) ?? 0;
  const isCut = highest > CUT_FROM * usual;
  const whole = isCut ? (sorted.findLast((total) => total <= (CUT_FROM / 2) * usual) ?? usual) : highest;
  return { top: rounded(Math.max(4, whole)), isCut };
}

/** Up to a number that halves well. */
function rounded(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.ceil([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** The patterns of the parts, once for a page: colours alone do not tell them apart. */
export function patterns(): Html {
  const pattern = (kind: PartKind, texture: Html): Html =>
    html`<pattern id="fill-${kind}" patternUnits="userSpaceOnUse" width="6" height="6">
      <rect class="${kind}" width="6" height="6" />
      ${texture}
    </pattern>`;
  return html`<svg class="visually-hidden" aria-hidden="true">
    <defs>
      ${pattern('succeeded', html``)} ${pattern('declined', html`<path class="texture" d="M-1 1 1-1M0 6 6 0M5 7 7 5" />`)}
      ${pattern('open', html`<circle class="texture" cx="3" cy="3" r="0.5" />`)}
    </defs>
  </svg>`;
}

/** What the parts mean. */
export function legend(parts: readonly { readonly kind: PartKind; readonly name: string }[]): Html {
  return html`<ul class="legend">
    ${parts.map(({ kind, name }) => html`<li>${swatch(html`<rect fill="url(#fill-${kind})" width="14" height="14" />`)} ${name}</li>`)}
  </ul>`;
}

/** What the marks of {@link dots} mean. */
export function dotLegend(names: readonly [p50: string, p95: string, p99: string]): Html {
  const marks = [
    html`<circle cx="7" cy="7" r="3.5" />`,
    html`<rect y="6" width="14" height="2.5" />`,
    html`<rect class="hollow" x="2" y="2" width="10" height="10" />`,
  ];
  return html`<ul class="legend">
    ${marks.map((mark, index) => html`<li>${swatch(html`<g class="marks">${mark}</g>`)} ${names[index]}</li>`)}
  </ul>`;
}

function swatch(content: Html): Html {
  return html`<svg class="swatch" aria-hidden="true" viewBox="0 0 14 14">${content}</svg>`;
}

/** Stacked bars. The room across is shared in percent, so that texts have their size on any screen. */
export function bars(drawing: Drawing, all: readonly Bar[], scale: Scale): Html {
  const totals = all.map(totalOf);
  const highest = Math.max(...totals);
  const ticks = [0, scale.top / 2, scale.top].map((value) => ({
    y: HEAD + HEIGHT * (1 - value / scale.top),
    text: value.toLocaleString('en-US'),
  }));
  const width = 100 / all.length;
  return frame(drawing, ticks, all, (index) => {
    const bar = all[index] as Bar;
    const total = totals[index] as number;
    const isShown = all.length <= FEW || total > scale.top || total === highest;
    const isShownWide = all.length <= MANY && String(total).length <= 4;
    return html`<g>
      <title>${bar.words}</title>
      <rect class="reach" x="${percent(index * width)}" y="0" width="${percent(width)}" height="${HEAD + HEIGHT}" />
      ${stack(bar, scale, percent((index + 0.14) * width), percent(width * 0.72))}
      ${
        total > 0 &&
        (isShown || isShownWide) &&
        html`<text
          class="number ${!isShown && 'wide'}"
          x="${percent((index + 0.5) * width)}"
          y="${round(topOf(bar, scale) - 5)}"
          text-anchor="middle"
          >${total.toLocaleString('en-US')}</text
        >`
      }
    </g>`;
  });
}

function totalOf({ parts }: Bar): number {
  return parts.reduce((total, { count }) => total + count, 0);
}

function topOf(bar: Bar, scale: Scale): number {
  const total = totalOf(bar);
  return total > scale.top ? HEAD - 2 * CUT : HEAD + HEIGHT * (1 - total / scale.top);
}

/** What is above the scale is cut off, and goes on behind a gap. */
function stack(bar: Bar, { top }: Scale, x: string, width: string): Html {
  let y = HEAD + HEIGHT;
  const pieces: Piece[] = [];
  for (const { kind, count } of bar.parts) {
    if (count === 0) continue;
    const height = Math.min(Math.max(LEAST, (HEIGHT * count) / top), y - HEAD);
    y -= height;
    if (height > 0)
      pieces.push(html`<rect fill="url(#fill-${kind})" x="${x}" y="${round(y)}" width="${width}" height="${round(height)}" />`);
  }
  const last = bar.parts.findLast(({ count }) => count > 0);
  if (last && totalOf(bar) > top) {
    pieces.push(
      html`<rect fill="url(#fill-${last.kind})" x="${x}" y="${HEAD - 2 * CUT + 2}" width="${width}" height="${CUT}" />`,
    );
    pieces.push(html`<rect class="cut" x="${x}" y="${HEAD - CUT + 5}" width="${width}" height="2" />`);
  }
  return html`${pieces}`;
}

/** For each place, three marks on one scale. */
export function dots(
  drawing: Drawing,
  all: readonly Mark[],
  ticks: readonly { readonly at: number; readonly text: string }[],
): Html {
  const width = 100 / all.length;
  const y = (at: number): number => round(HEAD + HEIGHT * (1 - at));
  const isDense = all.length > MANY;
  return frame(
    drawing,
    ticks.map(({ at, text }) => ({ y: y(at), text })),
    all,
    (index) => {
      const { words, at } = all[index] as Mark;
      const x = percent((index + 0.5) * width);
      const centred = (middle: number, broad: number, high: number, kind: string): Html =>
        html`<rect
          class="${kind}"
          x="${x}"
          y="${middle}"
          width="${broad}"
          height="${high}"
          transform="translate(${-broad / 2} ${-high / 2})"
        />`;
      const across = (middle: number, high: number, kind: string): Html =>
        html`<rect
          class="${kind}"
          x="${percent((index + 0.1) * width)}"
          y="${middle - high / 2}"
          width="${percent(width * 0.8)}"
          height="${high}"
        />`;
      return html`<g class="marks">
        <title>${words}</title>
        <rect class="reach" x="${percent(index * width)}" y="0" width="${percent(width)}" height="${HEAD + HEIGHT}" />
        ${
          at &&
          html`<line x1="${x}" x2="${x}" y1="${y(at.p50)}" y2="${y(at.p99)}" />
            ${isDense ? across(y(at.p99), 6, 'hollow') : centred(y(at.p99), 10, 10, 'hollow')}
            ${isDense ? across(y(at.p95), 2.5, '') : centred(y(at.p95), 14, 2.5, '')}
            <circle cx="${x}" cy="${y(at.p50)}" r="${isDense ? 2 : 3.5}" />`
        }
      </g>`;
    },
  );
}

function frame(
  { id, title, summary }: Drawing,
  ticks: readonly { readonly y: number; readonly text: string }[],
  places: readonly { readonly label?: AxisLabel | undefined }[],
  draw: (index: number) => Html,
): Html {
  const width = 100 / places.length;
  return html`<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-summary" height="${HEAD + HEIGHT + 26}">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-summary">${summary}</desc>
    ${ticks.map(
      ({ y, text }) =>
        html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" />
          <text x="-8" y="${y + 4}" text-anchor="end">${text}</text>`,
    )}
    ${places.map(({ label }, index) => {
      const line = (text: string | undefined, y: number): Html | false =>
        text !== undefined &&
        html`<text
          class="${label?.isWide && 'wide'}"
          x="${percent((index + 0.5) * width)}"
          y="${HEAD + HEIGHT + y}"
          text-anchor="middle"
          >${text}</text
        >`;
      return html`${draw(index)}${line(label?.text, 19)}${line(label?.below, 33)}`;
    })}
  </svg>`;
}

function percent(value: number): string {
  return `${round(value)}%`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
