/**
 * The console's style sheet, for pages of your own that are to look like it. The variables at its top (`--kicc-accent` and so on)
 * are the theme: the console's option `css` sets them there, and what you put behind it on your own pages sets them here.
 */
export const CONSOLE_STYLE = `:root {
  --kicc-accent: #1d5f8a;
  --kicc-accent-ink: #fff;
  --kicc-ink: #1b2227;
  --kicc-quiet: #5a666e;
  --kicc-line: #d9e0e4;
  --kicc-edge: #7d8a92;
  --kicc-paper: #fff;
  --kicc-ground: #f5f7f8;
  --kicc-good: #16653a;
  --kicc-good-ground: #e3f3e9;
  --kicc-bad: #a01d2a;
  --kicc-bad-ground: #fce8e9;
  --kicc-open: #774c00;
  --kicc-open-ground: #fdf1d8;
  --kicc-plain-ground: #e9eef0;
  --kicc-radius: 8px;
  --kicc-font: system-ui, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --kicc-accent: #7cb8e0;
    --kicc-accent-ink: #0d1417;
    --kicc-ink: #e6ebee;
    --kicc-quiet: #9aa7af;
    --kicc-line: #333d43;
    --kicc-edge: #6d7a82;
    --kicc-paper: #1b2226;
    --kicc-ground: #12171a;
    --kicc-good: #84d3a2;
    --kicc-good-ground: #173324;
    --kicc-bad: #ff9ea6;
    --kicc-bad-ground: #42191d;
    --kicc-open: #f0c674;
    --kicc-open-ground: #3a2c10;
    --kicc-plain-ground: #2a3338;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--kicc-ground);
  color: var(--kicc-ink);
  font: 15px/1.6 var(--kicc-font);
  word-break: keep-all;
  overflow-wrap: anywhere;
}
a { color: var(--kicc-accent); }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 16px; top: 8px; padding: 4px 12px; background: var(--kicc-paper); z-index: 1; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 28px;
  padding: 10px 24px;
  background: var(--kicc-paper);
  border-bottom: 1px solid var(--kicc-line);
}
header a { text-decoration: none; padding: 6px 0; color: inherit; }
header a:hover { text-decoration: underline; }
.brand { font-weight: 700; }
nav { display: flex; gap: 22px; flex: 1; white-space: nowrap; }
nav a[aria-current] { color: var(--kicc-accent); font-weight: 600; box-shadow: inset 0 -2px var(--kicc-accent); }
.side { display: flex; gap: 18px; align-items: center; margin: 0 0 0 auto; }
main { max-width: 1120px; margin: 0 auto; padding: 24px; outline: none; }
h1 { font-size: 24px; line-height: 1.3; margin: 0 0 16px; }
h2 { font-size: 17px; margin: 24px 0 8px; }
h3 { font-size: 15px; margin: 16px 0 4px; }
.back { margin: 0 0 8px; }
.lead { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; font-size: 17px; margin: 0 0 12px; }
.card { background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); padding: 20px; margin: 0 0 16px; min-width: 0; }
.card > h2:first-child { margin-top: 0; }
.card > :last-child, details > :last-child { margin-bottom: 0; }
.narrow { max-width: 640px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 16px; align-items: start; }
.quiet { color: var(--kicc-quiet); font-size: 14px; }
.code { font-family: ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; font-size: 13px; }
.amount, td.number span { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.word span { white-space: nowrap; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; list-style: none; padding: 0; margin: 0 0 16px; }
.counts li { background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); padding: 12px 16px; }
.counts strong { display: block; font-size: 24px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.counts .bad strong { color: var(--kicc-bad); }
.counts a { color: inherit; }
.counts [aria-current] { border-color: var(--kicc-accent); box-shadow: inset 0 -3px var(--kicc-accent); }
.counts .open strong { color: var(--kicc-open); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; align-items: baseline; margin: 0; }
dt { color: var(--kicc-quiet); }
dd { margin: 0; }
.badge { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px; white-space: nowrap; background: var(--kicc-plain-ground); }
.badge.good { background: var(--kicc-good-ground); color: var(--kicc-good); }
.badge.bad { background: var(--kicc-bad-ground); color: var(--kicc-bad); font-weight: 600; }
.badge.open { background: var(--kicc-open-ground); color: var(--kicc-open); }
.notice { padding: 12px 16px; border-radius: var(--kicc-radius); margin: 0 0 16px; }
.notice p { margin: 0; }
.notice.good { background: var(--kicc-good-ground); color: var(--kicc-good); }
.notice.bad { background: var(--kicc-bad-ground); color: var(--kicc-bad); }
.notice.open { background: var(--kicc-open-ground); color: var(--kicc-open); }
.table { overflow-x: auto; background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); margin: 0 0 12px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 9px 14px; border-bottom: 1px solid var(--kicc-line); text-align: left; vertical-align: baseline; }
td:has(progress) { vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--kicc-quiet); font-weight: 600; font-size: 13px; white-space: nowrap; }
tbody th { font-weight: 400; }
th.number, td.number { text-align: right; }
.trail { list-style: none; margin: 8px 0; padding: 0 0 0 14px; border-left: 3px solid var(--kicc-line); }
.trail li:not(.day) { display: grid; grid-template-columns: 4.5em 1fr max-content; gap: 2px 14px; padding: 5px 0; }
.trail .day { font-weight: 600; font-size: 14px; padding: 6px 0 0; }
.trail time { font-variant-numeric: tabular-nums; color: var(--kicc-quiet); }
.raw { font: 12px/1.6 ui-monospace, Menlo, Consolas, monospace; padding: 0; list-style-position: inside; }
details { margin: 12px 0 0; }
summary { cursor: pointer; padding: 6px 0; }
form { margin: 0; }
fieldset { border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); margin: 0 0 12px; padding: 8px 14px; }
label { display: block; margin: 0 0 6px; }
.choice { display: flex; align-items: center; gap: 8px; padding: 6px 0; }
input, select, textarea, button { font: inherit; color: inherit; }
input:not([type='radio'], [type='checkbox']), select, textarea {
  width: 100%;
  min-height: 42px;
  padding: 8px 10px;
  border: 1px solid var(--kicc-edge);
  border-radius: 6px;
  background: var(--kicc-paper);
}
input[type='radio'] { width: 18px; height: 18px; margin: 0; flex: none; accent-color: var(--kicc-accent); }
[aria-invalid] { border-color: var(--kicc-bad); }
.fault { color: var(--kicc-bad); margin: 4px 0 0; }
button { padding: 8px 16px; min-height: 42px; border: 1px solid var(--kicc-edge); border-radius: 6px; background: var(--kicc-paper); cursor: pointer; }
button:hover { border-color: var(--kicc-accent); }
button:disabled { opacity: 0.6; cursor: default; }
button.primary { background: var(--kicc-accent); border-color: var(--kicc-accent); color: var(--kicc-accent-ink); margin-top: 12px; }
button.danger { background: var(--kicc-bad); border-color: var(--kicc-bad); color: var(--kicc-paper); }
:focus-visible { outline: 3px solid var(--kicc-accent); outline-offset: 2px; }
.actions { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; margin: 12px 0; }
.actions .primary { margin: 0; }
.actions:last-child { margin-bottom: 0; }
section + .card { margin-top: 28px; }
.columns > section + .card { margin-top: 0; }
dl + .table { margin-top: 16px; }
.notice ul { margin: 4px 0 0; padding-left: 20px; }
.notice a { color: inherit; }
.filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; align-items: start; }
.filter label { margin: 0 0 4px; }
.search { max-width: 560px; margin: 0 0 12px; }
.findings .badge { margin-right: 6px; }
td small { display: block; }
progress { width: 100%; height: 10px; accent-color: var(--kicc-accent); }
td progress { min-width: 140px; display: block; margin-top: 7px; }
.card > .actions:last-child { margin-bottom: 0; }
svg { width: 100%; height: auto; display: block; }
svg text { font-size: 12px; fill: var(--kicc-quiet); }
svg.chart { height: 240px; margin: 4px 0; padding: 0 16px 0 48px; overflow: visible; }
svg .grid { stroke: var(--kicc-line); }
svg .succeeded { fill: var(--kicc-good); }
svg .declined { fill: var(--kicc-bad); }
svg .open { fill: var(--kicc-open); }
svg .texture { fill: none; stroke: var(--kicc-paper); stroke-width: 1.5px; }
svg .reach { fill: transparent; }
svg .cut { fill: var(--kicc-edge); }
svg .number { fill: var(--kicc-ink); }
svg .marks { fill: var(--kicc-accent); stroke: none; }
svg .marks line { stroke: var(--kicc-line); stroke-width: 3px; }
svg .hollow { fill: var(--kicc-paper); stroke: var(--kicc-accent); stroke-width: 1.5px; }
g:hover > .reach { fill: var(--kicc-plain-ground); opacity: 0.5; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 0; padding: 0; font-size: 14px; }
.legend li { display: flex; gap: 6px; align-items: center; }
svg.swatch { width: 14px; height: 14px; flex: none; }
.actions select { width: auto; }
.actions a[aria-current] { font-weight: 700; text-decoration: none; color: inherit; }
@media (max-width: 640px) {
  header { padding: 8px 16px; justify-content: space-between; }
  nav { order: 1; flex: 1 0 100%; justify-content: space-between; }
  main { padding: 16px; }
  .card { padding: 16px; }
  .counts { grid-template-columns: repeat(2, 1fr); }
  .table { border: 0; background: none; overflow: visible; }
  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  table, tbody { display: block; }
  tr { display: block; padding: 10px 14px; margin: 0 0 10px; background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); }
  tr > * { display: flex; justify-content: space-between; gap: 16px; border: 0; padding: 3px 0; text-align: right; }
  tr > [data-name]::before { content: attr(data-name); color: var(--kicc-quiet); flex: none; }
  tr > :has(> span:empty) { display: none; }
  svg .wide { display: none; }
  .trail li:not(.day) { grid-template-columns: 1fr max-content; }
  .trail li > span:nth-child(2) { grid-column: 1 / -1; grid-row: 2; }
}
@media (min-width: 641px) {
  tbody th .code { white-space: nowrap; }
}
@media (max-width: 640px) {
  .long tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 14px; }
  .long tr > * { padding: 1px 0; text-align: left; }
  .long tr > [data-name]::before { content: none; }
  .long th { flex: 1 1 55%; }
}
@media print {
  body { background: none; }
  nav, .side, .actions, button, details:not([open]) { display: none; }
  .card, .table { break-inside: avoid; border-color: #999; }
}
`;
