import { DISCLOSING_REALM, FORBIDDEN, REALMS, USER } from './plan.js';
import type { Places } from './routers.js';

const EVERYTHING = { call: true, register: true, publish: true, subscribe: true };

/** Configuration of a Crossbar.io node with one router worker. */
export function crossbarConfig({ websocket, rawsocket, unix }: Places): object {
  const tcp = (port: number) => ({ type: 'tcp', port, interface: '127.0.0.1' });
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: 'router',
        realms: REALMS.map((name) => ({ name, roles: rolesOf(name) })),
        transports: [
          {
            type: 'websocket',
            endpoint: tcp(websocket),
            serializers: ['json', 'msgpack', 'cbor'],
            auth: AUTH,
            options: { auto_ping_interval: 10_000, auto_ping_timeout: 5_000 },
          },
          {
            type: 'rawsocket',
            endpoint: tcp(rawsocket),
            serializers: ['json', 'msgpack', 'cbor'],
            auth: AUTH,
          },
          {
            type: 'rawsocket',
            endpoint: { type: 'unix', path: unix },
            serializers: ['json', 'msgpack', 'cbor'],
            auth: AUTH,
          },
        ],
      },
    ],
  };
}

function rolesOf(realm: string): readonly object[] {
  // Crossbar.io ignores `disclose_caller` of REGISTER: the permission of the caller's role decides.
  const disclose = { caller: realm === DISCLOSING_REALM };
  return ['anonymous', USER.role].map((name) => ({
    name,
    permissions: [
      { uri: '', match: 'prefix', allow: EVERYTHING, disclose, cache: true },
      { uri: FORBIDDEN, match: 'exact', allow: { ...EVERYTHING, register: false }, disclose, cache: true },
    ],
  }));
}

const AUTH = {
  anonymous: { type: 'static', role: 'anonymous' },
  ticket: { type: 'static', principals: { [USER.authid]: { ticket: USER.password, role: USER.role } } },
  wampcra: { type: 'static', users: { [USER.authid]: { secret: USER.password, role: USER.role } } },
  cryptosign: {
    type: 'static',
    principals: { [USER.authid]: { authorized_keys: [USER.publicKey], role: USER.role } },
  },
};
