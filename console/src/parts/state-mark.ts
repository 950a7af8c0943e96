import type { ServiceState } from '../../../dist/status/service-status.js';
import { html } from '../html.js';

/** Each state has a shape and a word, so that nobody needs the colour. */
const SHAPES: Readonly<Record<ServiceState, string>> = { up: '●', down: '▲', waiting: '○', disabled: '■' };

export function StateMark({ state }: { readonly state: ServiceState }) {
  return html`<span class="state ${state}"><span aria-hidden="true">${SHAPES[state]}</span> ${state}</span>`;
}
