import { causeText } from '../cause-text.js';
import { elapsed } from '../format.js';
import { html } from '../html.js';
import { linkTo } from '../route.js';
import { now, status } from '../state.js';

/** The open alarms. A screen reader says them when they appear. */
export function Alarms() {
  const alarms = status.value?.alarms ?? [];
  return html`<section class="alarms" aria-live="polite" aria-label="Alarms">
    ${alarms.map(
      ({ service, reason, raised_at }) => html`<p class="alarm" key=${service}>
        <span aria-hidden="true">▲</span>${' '}
        <strong><a href=${linkTo('services', service)}>${service}</a> is down</strong>: ${causeText(reason)}, for ${elapsed(raised_at, now.value)}
      </p>`,
    )}
  </section>`;
}
