import { ExactNumber } from '../exact-json.js';
import { html } from '../html.js';

/** Deeper levels are closed at first. */
const OPEN_LEVELS = 2;
/** How many entries of one list are shown. */
const SHOWN = 500;

/** JSON that the reader can fold. */
export function JsonView({
  value,
  level = 0,
  name,
}: {
  readonly value: unknown;
  readonly level?: number;
  readonly name?: string;
}) {
  const label = name === undefined ? null : html`<span class="key">${name}: </span>`;
  if (value instanceof ExactNumber)
    return html`<div class="leaf">${label}<span class="number">${value.text}</span></div>`;
  if (typeof value !== 'object' || value === null)
    return html`<div class="leaf">${label}<span class=${value === null ? 'null' : typeof value}>${JSON.stringify(value)}</span></div>`;
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return html`<details class="json" open=${level < OPEN_LEVELS}>
    <summary>${label}<span class="size">${size}</span></summary>
    ${entries.slice(0, SHOWN).map(([key, each]) => html`<${JsonView} key=${key} name=${key} value=${each} level=${level + 1} />`)}
    ${entries.length > SHOWN ? html`<div class="leaf">… ${entries.length - SHOWN} more</div>` : null}
  </details>`;
}
