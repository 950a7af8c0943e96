/**
 * Draws the plot of docs/performance.md. Each kind of request has one bar for each side. The length
 * of a bar is the ratio of the side's rate to the rate of undici alone.
 */

const WIDTH = 860;
const LABEL = 300;
const BAR = 16;
const GAP = 5;
const HEAD = 34;
const SHOWN = ['GET 50 B, 64 in flight', 'GET 10 KB, 64 in flight', 'GET 1 MB, 64 in flight'];

const escapeXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
/** Colours that are readable on a light page and on a dark page. */
const COLOURS = { raw: '#8b949e', gateway: '#2f81f7', other: '#d29922' };
const colourOf = (key) =>
  key === 'raw' ? COLOURS.raw : key.startsWith('gateway') ? COLOURS.gateway : COLOURS.other;

/** @param {Map<string, { side: string, name: string, ratio: number, perSecond: number }[]>} byCell */
export function plot(byCell) {
  const parts = [];
  let y = 8;
  const text = (x, at, content, more = '') =>
    parts.push(`<text x="${x}" y="${at}" ${more}>${escapeXml(content)}</text>`);
  for (const name of SHOWN.filter((cell) => byCell.has(cell))) {
    const rows = byCell.get(name);
    const longest = Math.max(...rows.map(({ ratio }) => ratio));
    text(8, y + 18, name, 'font-weight="600"');
    y += HEAD;
    for (const { side, name: label, ratio, perSecond } of rows) {
      const length = Math.max(1, (ratio / longest) * (WIDTH - LABEL - 150));
      text(LABEL - 8, y + 12, label, 'text-anchor="end"');
      parts.push(
        `<rect x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${colourOf(side)}"/>`,
      );
      const figures = `${ratio.toFixed(2)}  (${Math.round(perSecond).toLocaleString('en')}/s)`;
      text(LABEL + length + 6, y + 12, figures);
      y += BAR + GAP;
    }
    y += 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#768390">
<title>Calls per second, each to those of undici alone</title>
${parts.join('\n')}
</svg>
`;
}
