import { html } from '../html.js';

/** Names and values, one below the other. */
export function Fields({ rows }: { readonly rows: readonly (readonly [name: string, value: unknown])[] }) {
  return html`<dl class="fields">
    ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
