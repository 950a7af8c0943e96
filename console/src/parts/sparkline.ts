import type { TrafficHistory } from '../../../dist/status/service-status.js';
import { count, counted } from '../format.js';
import { html } from '../html.js';

const WIDTH = 120;
const HEIGHT = 24;

/** The calls of the last 15 minutes as a line, with the failed ones as bars. */
export function Sparkline({ history }: { readonly history: TrafficHistory | undefined }) {
  if (history === undefined) return html`<svg class="spark" aria-hidden="true"></svg>`;
  const { calls, errors } = history;
  const top = Math.max(1, ...calls);
  const step = WIDTH / Math.max(1, calls.length - 1);
  const y = (value: number) => HEIGHT - 1 - (value / top) * (HEIGHT - 2);
  const points = calls.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const label = `${counted(sum(calls), 'call')} in 15 minutes, ${count(sum(errors))} failed`;
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label} preserveAspectRatio="none">
    <title>${label}</title>
    ${errors.map((value, index) =>
      value === 0
        ? null
        : html`<line class="bad" x1=${index * step} x2=${index * step} y1=${HEIGHT} y2=${y(value)} />`,
    )}
    <polyline points=${points} />
  </svg>`;
}
