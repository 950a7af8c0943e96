import type { AttachedStatus } from '../../../dist/status/gateway-status.js';
import { causeText } from '../cause-text.js';
import { elapsed } from '../format.js';
import { html } from '../html.js';
import { linkTo } from '../route.js';
import { now, status } from '../state.js';

/** The open alarms, and lost routers. A screen reader says them when they appear. */
export function Alarms() {
  const { alarms = [], services = [], attached_sessions = [] } = status.value ?? {};
  const isUp = (name: string) => services.find((service) => service.name === name)?.state === 'up';
  return html`<section class="alarms" aria-live="polite" aria-label="Alarms">
    ${alarms.map(
      ({ service, reason, raised_at }) => html`<p class="alarm" key=${service}>
        <span aria-hidden="true">▲</span>${' '}
        <strong><a href=${linkTo('services', service)}>${service}</a> ${isUp(service) ? 'recovers' : 'is down'}</strong>: ${causeText(reason)}<${Since} at=${raised_at} />
      </p>`,
    )}
    ${attached_sessions.filter(isLost).map(
      ({ realm, cause, since }) => html`<p class="alarm" key=${`realm ${realm}`}>
        <span aria-hidden="true">▲</span>${' '}
        <strong>No session with the router in the realm ${realm}</strong>: ${cause}<${Since} at=${since} />
      </p>`,
    )}
  </section>`;
}

/** The first attempt after the start has no cause. */
const isLost = ({ cause }: AttachedStatus): boolean => cause !== null;

/** It changes every second, so a screen reader must not say each change. */
function Since({ at }: { readonly at: string }) {
  return html`<span aria-live="off">, for ${elapsed(at, now.value)}</span>`;
}
