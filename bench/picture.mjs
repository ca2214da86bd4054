// A picture of bars, as SVG: ours are blue, the line across a bar is its goal.

import { inLanguage } from './result.mjs';

const [LABELS, WIDTH, HEIGHT] = [390, 330, 34];

export function picture(bars, language) {
  const most = Math.max(...bars.map(({ value, goal = 0 }) => Math.max(value, goal)));
  const lengthOf = (value) => Math.max(1, Math.round((WIDTH * value) / most));
  const lines = bars.map(({ label, value, text, ours, goal }, index) => {
    const y = 14 + index * HEIGHT;
    const end = LABELS + lengthOf(value);
    const mark = LABELS + lengthOf(goal ?? 0);
    return (
      `<text x="10" y="${y + 13}">${escaped(inLanguage(label, language))}</text>` +
      `<rect x="${LABELS}" y="${y}" width="${lengthOf(value)}" height="18" rx="3" fill="${ours ? '#3566c9' : '#9aa3b5'}"/>` +
      (goal === undefined ? '' : `<path d="M${mark} ${y - 4}v26" stroke="#c2432f" stroke-width="2"/>`) +
      `<text x="${8 + (goal === undefined ? end : Math.max(end, mark))}" y="${y + 13}">${escaped(text)}</text>`
    );
  });
  const height = 16 + bars.length * HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1f2430"><rect width="880" height="${height}" fill="#fff"/>${lines.join('')}</svg>\n`;
}

function escaped(text) {
  return text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
