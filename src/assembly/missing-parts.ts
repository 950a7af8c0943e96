import { type LinkStatus, missingOf } from '../attach/status.js';
import type { Service } from '../gateway/service.js';
import type { GatewayState } from '../status/gateway-status.js';

/** Says what a gateway waits for before it is ready. Empty if it is ready. */
export function missingParts(
  state: GatewayState,
  services: readonly Service[],
  links: readonly LinkStatus[],
): readonly string[] {
  switch (state) {
    case 'ready':
      return [];
    case 'draining':
      return ['the gateway is stopping'];
    case 'stopped':
      return ['the gateway has not been started'];
    case 'starting': {
      const waiting = services.flatMap((service) => {
        const { name, state: own, reason } = service.facts();
        return own === 'waiting' ? [`service ${name}: ${reason}`] : [];
      });
      const found = [...waiting, ...links.map(missingOf).filter((text) => text !== '')];
      return found.length > 0 ? found : ['the procedures are not registered yet'];
    }
  }
}
