/**
 * What terminals, logs and pages act on instead of showing it: controls, line separators, and what turns the direction of
 * writing.
 */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu;

/** A text on one line, fit for a terminal, a log or a page: tabs and line breaks are a space, other controls U+FFFD. */
export function printable(text: string): string {
  return hasControls(text) ? text.replace(CONTROLS, shown) : text;
}

function shown(controls: string): string {
  return controls.trim() === '' ? ' ' : '\uFFFD';
}

/** As {@link printable}, with its lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Whether a text has what {@link printable} replaces. */
export function hasControls(text: string): boolean {
  return text.search(CONTROLS) >= 0;
}
