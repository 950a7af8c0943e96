import { html } from '../html.js';
import { connection, status } from '../state.js';

/** Tells that the page is not up to date, or that the gateway is not ready. */
export function Banner() {
  const current = status.value;
  if (connection.value === 'lost')
    return html`<p class="banner" role="alert">The gateway does not respond. The page shows the last known state and connects again by itself.</p>`;
  if (current !== undefined && current.state !== 'ready')
    return html`<p class="banner" role="status">The gateway is ${current.state}: ${current.missing.join('; ')}.</p>`;
  return html`<p class="banner none" aria-hidden="true"></p>`;
}
