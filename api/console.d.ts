// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class KiccConsoleModule extends ConfigurableModuleClass {
  constructor(modules: ModulesContainer);
  static forRoot(options?: KiccConsoleModuleOptions): DynamicModule;
  static forRootAsync(options: AsyncOptions): DynamicModule;
}

export const CONSOLE_STYLE =
  ":root {\n  --kicc-accent: #1d5f8a;\n  --kicc-accent-ink: #fff;\n  --kicc-ink: #1b2227;\n  --kicc-quiet: #5a666e;\n  --kicc-line: #d9e0e4;\n  --kicc-edge: #7d8a92;\n  --kicc-paper: #fff;\n  --kicc-ground: #f5f7f8;\n  --kicc-good: #16653a;\n  --kicc-good-ground: #e3f3e9;\n  --kicc-bad: #a01d2a;\n  --kicc-bad-ground: #fce8e9;\n  --kicc-open: #774c00;\n  --kicc-open-ground: #fdf1d8;\n  --kicc-plain-ground: #e9eef0;\n  --kicc-radius: 8px;\n  --kicc-font: system-ui, 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif;\n  color-scheme: light dark;\n}\n@media (prefers-color-scheme: dark) {\n  :root {\n    --kicc-accent: #7cb8e0;\n    --kicc-accent-ink: #0d1417;\n    --kicc-ink: #e6ebee;\n    --kicc-quiet: #9aa7af;\n    --kicc-line: #333d43;\n    --kicc-edge: #6d7a82;\n    --kicc-paper: #1b2226;\n    --kicc-ground: #12171a;\n    --kicc-good: #84d3a2;\n    --kicc-good-ground: #173324;\n    --kicc-bad: #ff9ea6;\n    --kicc-bad-ground: #42191d;\n    --kicc-open: #f0c674;\n    --kicc-open-ground: #3a2c10;\n    --kicc-plain-ground: #2a3338;\n  }\n}\n* { box-sizing: border-box; }\nbody {\n  margin: 0;\n  background: var(--kicc-ground);\n  color: var(--kicc-ink);\n  font: 15px/1.6 var(--kicc-font);\n  word-break: keep-all;\n  overflow-wrap: anywhere;\n}\na { color: var(--kicc-accent); }\n.skip { position: absolute; left: -999px; }\n.skip:focus { left: 16px; top: 8px; padding: 4px 12px; background: var(--kicc-paper); z-index: 1; }\n.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\nheader {\n  display: flex;\n  flex-wrap: wrap;\n  align-items: center;\n  gap: 4px 28px;\n  padding: 10px 24px;\n  background: var(--kicc-paper);\n  border-bottom: 1px solid var(--kicc-line);\n}\nheader a { text-decoration: none; padding: 6px 0; color: inherit; }\nheader a:hover { text-decoration: underline; }\n.brand { font-weight: 700; }\nnav { display: flex; gap: 22px; flex: 1; white-space: nowrap; }\nnav a[aria-current] { color: var(--kicc-accent); font-weight: 600; box-shadow: inset 0 -2px var(--kicc-accent); }\n.side { display: flex; gap: 18px; align-items: center; margin: 0 0 0 auto; }\nmain { max-width: 1120px; margin: 0 auto; padding: 24px; outline: none; }\nh1 { font-size: 24px; line-height: 1.3; margin: 0 0 16px; }\nh2 { font-size: 17px; margin: 24px 0 8px; }\nh3 { font-size: 15px; margin: 16px 0 4px; }\n.back { margin: 0 0 8px; }\n.lead { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; font-size: 17px; margin: 0 0 12px; }\n.card { background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); padding: 20px; margin: 0 0 16px; min-width: 0; }\n.card > h2:first-child { margin-top: 0; }\n.card > :last-child, details > :last-child { margin-bottom: 0; }\n.narrow { max-width: 640px; }\n.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 16px; align-items: start; }\n.quiet { color: var(--kicc-quiet); font-size: 14px; }\n.code { font-family: ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; font-size: 13px; }\n.amount, td.number span { font-variant-numeric: tabular-nums; white-space: nowrap; }\ntd.word span { white-space: nowrap; }\n.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; list-style: none; padding: 0; margin: 0 0 16px; }\n.counts li { background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); padding: 12px 16px; }\n.counts strong { display: block; font-size: 24px; line-height: 1.3; font-variant-numeric: tabular-nums; }\n.counts .bad strong { color: var(--kicc-bad); }\n.counts a { color: inherit; }\n.counts [aria-current] { border-color: var(--kicc-accent); box-shadow: inset 0 -3px var(--kicc-accent); }\n.counts .open strong { color: var(--kicc-open); }\ndl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; align-items: baseline; margin: 0; }\ndt { color: var(--kicc-quiet); }\ndd { margin: 0; }\n.badge { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px; white-space: nowrap; background: var(--kicc-plain-ground); }\n.badge.good { background: var(--kicc-good-ground); color: var(--kicc-good); }\n.badge.bad { background: var(--kicc-bad-ground); color: var(--kicc-bad); font-weight: 600; }\n.badge.open { background: var(--kicc-open-ground); color: var(--kicc-open); }\n.notice { padding: 12px 16px; border-radius: var(--kicc-radius); margin: 0 0 16px; }\n.notice p { margin: 0; }\n.notice.good { background: var(--kicc-good-ground); color: var(--kicc-good); }\n.notice.bad { background: var(--kicc-bad-ground); color: var(--kicc-bad); }\n.notice.open { background: var(--kicc-open-ground); color: var(--kicc-open); }\n.table { overflow-x: auto; background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); margin: 0 0 12px; }\ntable { border-collapse: collapse; width: 100%; }\nth, td { padding: 9px 14px; border-bottom: 1px solid var(--kicc-line); text-align: left; vertical-align: baseline; }\ntd:has(progress) { vertical-align: top; }\ntbody tr:last-child > * { border-bottom: 0; }\nthead th { color: var(--kicc-quiet); font-weight: 600; font-size: 13px; white-space: nowrap; }\ntbody th { font-weight: 400; }\nth.number, td.number { text-align: right; }\n.trail { list-style: none; margin: 8px 0; padding: 0 0 0 14px; border-left: 3px solid var(--kicc-line); }\n.trail li:not(.day) { display: grid; grid-template-columns: 4.5em 1fr max-content; gap: 2px 14px; padding: 5px 0; }\n.trail .day { font-weight: 600; font-size: 14px; padding: 6px 0 0; }\n.trail time { font-variant-numeric: tabular-nums; color: var(--kicc-quiet); }\n.raw { font: 12px/1.6 ui-monospace, Menlo, Consolas, monospace; padding: 0; list-style-position: inside; }\ndetails { margin: 12px 0 0; }\nsummary { cursor: pointer; padding: 6px 0; }\nform { margin: 0; }\nfieldset { border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); margin: 0 0 12px; padding: 8px 14px; }\nlabel { display: block; margin: 0 0 6px; }\n.choice { display: flex; align-items: center; gap: 8px; padding: 6px 0; }\ninput, select, textarea, button { font: inherit; color: inherit; }\ninput:not([type='radio'], [type='checkbox']), select, textarea {\n  width: 100%;\n  min-height: 42px;\n  padding: 8px 10px;\n  border: 1px solid var(--kicc-edge);\n  border-radius: 6px;\n  background: var(--kicc-paper);\n}\ninput[type='radio'] { width: 18px; height: 18px; margin: 0; flex: none; accent-color: var(--kicc-accent); }\n[aria-invalid] { border-color: var(--kicc-bad); }\n.fault { color: var(--kicc-bad); margin: 4px 0 0; }\nbutton { padding: 8px 16px; min-height: 42px; border: 1px solid var(--kicc-edge); border-radius: 6px; background: var(--kicc-paper); cursor: pointer; }\nbutton:hover { border-color: var(--kicc-accent); }\nbutton:disabled { opacity: 0.6; cursor: default; }\nbutton.primary { background: var(--kicc-accent); border-color: var(--kicc-accent); color: var(--kicc-accent-ink); margin-top: 12px; }\nbutton.danger { background: var(--kicc-bad); border-color: var(--kicc-bad); color: var(--kicc-paper); }\n:focus-visible { outline: 3px solid var(--kicc-accent); outline-offset: 2px; }\n.actions { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; margin: 12px 0; }\n.actions .primary { margin: 0; }\n.actions:last-child { margin-bottom: 0; }\nsection + .card { margin-top: 28px; }\n.columns > section + .card { margin-top: 0; }\ndl + .table { margin-top: 16px; }\n.notice ul { margin: 4px 0 0; padding-left: 20px; }\n.notice a { color: inherit; }\n.filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; align-items: start; }\n.filter label { margin: 0 0 4px; }\n.search { max-width: 560px; margin: 0 0 12px; }\n.findings .badge { margin-right: 6px; }\ntd small { display: block; }\nprogress { width: 100%; height: 10px; accent-color: var(--kicc-accent); }\ntd progress { min-width: 140px; display: block; margin-top: 7px; }\n.card > .actions:last-child { margin-bottom: 0; }\nsvg { width: 100%; height: auto; display: block; }\nsvg text { font-size: 12px; fill: var(--kicc-quiet); }\nsvg.chart { height: 240px; margin: 4px 0; padding: 0 16px 0 48px; overflow: visible; }\nsvg .grid { stroke: var(--kicc-line); }\nsvg .succeeded { fill: var(--kicc-good); }\nsvg .declined { fill: var(--kicc-bad); }\nsvg .open { fill: var(--kicc-open); }\nsvg .texture { fill: none; stroke: var(--kicc-paper); stroke-width: 1.5px; }\nsvg .reach { fill: transparent; }\nsvg .cut { fill: var(--kicc-edge); }\nsvg .number { fill: var(--kicc-ink); }\nsvg .marks { fill: var(--kicc-accent); stroke: none; }\nsvg .marks line { stroke: var(--kicc-line); stroke-width: 3px; }\nsvg .hollow { fill: var(--kicc-paper); stroke: var(--kicc-accent); stroke-width: 1.5px; }\ng:hover > .reach { fill: var(--kicc-plain-ground); opacity: 0.5; }\n.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 0; padding: 0; font-size: 14px; }\n.legend li { display: flex; gap: 6px; align-items: center; }\nsvg.swatch { width: 14px; height: 14px; flex: none; }\n.actions select { width: auto; }\n.actions a[aria-current] { font-weight: 700; text-decoration: none; color: inherit; }\n@media (max-width: 640px) {\n  header { padding: 8px 16px; justify-content: space-between; }\n  nav { order: 1; flex: 1 0 100%; justify-content: space-between; }\n  main { padding: 16px; }\n  .card { padding: 16px; }\n  .counts { grid-template-columns: repeat(2, 1fr); }\n  .table { border: 0; background: none; overflow: visible; }\n  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }\n  table, tbody { display: block; }\n  tr { display: block; padding: 10px 14px; margin: 0 0 10px; background: var(--kicc-paper); border: 1px solid var(--kicc-line); border-radius: var(--kicc-radius); }\n  tr > * { display: flex; justify-content: space-between; gap: 16px; border: 0; padding: 3px 0; text-align: right; }\n  tr > [data-name]::before { content: attr(data-name); color: var(--kicc-quiet); flex: none; }\n  tr > :has(> span:empty) { display: none; }\n  svg .wide { display: none; }\n  .trail li:not(.day) { grid-template-columns: 1fr max-content; }\n  .trail li > span:nth-child(2) { grid-column: 1 / -1; grid-row: 2; }\n}\n@media (min-width: 641px) {\n  tbody th .code { white-space: nowrap; }\n}\n@media (max-width: 640px) {\n  .long tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 14px; }\n  .long tr > * { padding: 1px 0; text-align: left; }\n  .long tr > [data-name]::before { content: none; }\n  .long th { flex: 1 1 55%; }\n}\n@media print {\n  body { background: none; }\n  nav, .side, .actions, button, details:not([open]) { display: none; }\n  .card, .table { break-inside: avoid; border-color: #999; }\n}\n";

export function timelineOf(revision: Revision, locale: Language): readonly TimelineLine[];

export interface ConsoleUser {
  readonly actor: string;
  readonly may: 'look' | 'decide';
}

export interface KiccConsoleModuleOptions extends KiccConsoleRouting {
  readonly authorize?: Authorize | undefined;
  readonly locale?: 'ko' | 'en' | undefined;
  readonly css?: string | undefined;
  readonly home?: string | undefined;
  readonly decisionsPerMinute?: number | undefined;
}

export interface KiccConsoleRouting {
  readonly kicc?: string | undefined;
  readonly path?: string | undefined;
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

export interface TimelineLine {
  readonly at: Date;
  readonly lastAt: Date;
  readonly count: number;
  readonly sentence: string;
  readonly status: RevisionStatus;
  readonly statusName: string;
}

// Not exported by name, but what the above is made of.

const ConfigurableModuleClass: import('@nestjs/common').ConfigurableModuleCls<
  Returned,
  'forRoot',
  'createKiccConsoleOptions',
  KiccConsoleRouting
>;

const built: import('@nestjs/common').ConfigurableModuleHost<
  Returned,
  'forRoot',
  'createKiccConsoleOptions',
  KiccConsoleRouting
>;

type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

type Authorize = {
  authorize(request: object): Authorized | Promise<Authorized>;
}['authorize'];

type Authorized = ConsoleUser | null | undefined | false;

type Language = 'ko' | 'en';

type Returned = Omit<KiccConsoleModuleOptions, keyof KiccConsoleRouting>;
