import { DISCLOSING_REALM, FORBIDDEN, REALMS, USER } from './plan.js';
import type { Places } from './routers.js';

/** Configuration of the nexus program in bench/peers/nexus. */
export function nexusConfig({ websocket, rawsocket, unix }: Places): object {
  return {
    websocket: `127.0.0.1:${websocket}`,
    rawsocket: { tcp: `127.0.0.1:${rawsocket}`, unix },
    realms: REALMS.map((uri) => ({
      uri,
      anonymous: true,
      allow_disclose: uri === DISCLOSING_REALM,
      enable_meta_kill: true,
      users: {
        [USER.authid]: { role: USER.role, password: USER.password, public_key: USER.publicKey },
      },
      refuse_register: [FORBIDDEN],
    })),
  };
}
