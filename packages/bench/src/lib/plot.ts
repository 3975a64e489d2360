import type { Spread } from "./stats.ts";

/** A bar for each subject: how long is the median, a line across its end the quartiles. */
export interface Bars {
  readonly title: string;
  readonly axis: string;
  readonly rows: readonly { readonly label: string; readonly value: Spread; readonly ours?: boolean }[];
  /** A line down the plot. */
  readonly goal?: number | undefined;
}

const labelWidth = 290;
const barsWidth = 420;
const width = labelWidth + barsWidth + 70;
const rowHeight = 26;
const top = 48;

/** Colours follow the reader's scheme: an SVG in a page is told of it, too. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .small { font-size: 11px; fill: #59636e; }
  .bar { fill: #afb8c1; } .ours { fill: #1f883d; }
  .spread { stroke: #1f2328; stroke-width: 1.5; } .goal { stroke: #cf222e; stroke-dasharray: 4 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .small { fill: #9198a1; }
    .bar { fill: #656c76; } .ours { fill: #3fb950; }
    .spread { stroke: #f0f6fc; } .goal { stroke: #ff7b72; }
  }`;

/** Needs no browser and no library: rectangles and words. */
export function drawBars({ title, axis, rows, goal }: Bars): string {
  const most = Math.max(...rows.map(({ value }) => value.upper), goal ?? 0);
  const x = (figure: number): number => round(labelWidth + (figure / most) * barsWidth);
  const bottom = top + rows.length * rowHeight;
  const height = bottom + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>${style}
</style>
<text class="title" x="0" y="20">${escaped(title)}</text>
<text class="small" x="0" y="38">${escaped(axis)}</text>
${rows.map((row, index) => bar(row, top + index * rowHeight, x)).join("\n")}
${goal === undefined ? "" : goalLine(x(goal), bottom, goal)}
</svg>
`;
}

function bar({ label, value, ours }: Bars["rows"][number], y: number, x: (figure: number) => number): string {
  const middle = y + rowHeight / 2;
  const spread = `<line class="spread" x1="${x(value.lower)}" x2="${x(value.upper)}" y1="${middle}" y2="${middle}"/>`;
  return [
    `<text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${ours ? "ours" : "bar"}" x="${labelWidth}" y="${y + 4}" width="${round(x(value.median) - labelWidth)}" height="${rowHeight - 8}"/>`,
    spread,
    `<text class="small" x="${x(value.upper) + 6}" y="${middle + 4}">${figure(value.median)}</text>`,
  ].join("\n");
}

function goalLine(x: number, bottom: number, goal: number): string {
  return `<line class="goal" x1="${x}" x2="${x}" y1="${top - 4}" y2="${bottom + 4}"/>
<text class="small" x="${x}" y="${bottom + 18}" text-anchor="middle">goal ${figure(goal)}</text>`;
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
const figure = (value: number): string => String(Number(value.toPrecision(3)));
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
