import { silentLogger } from '../../src/log.js';
import { silentObserver } from '../../src/observe/observer.js';
import { createAuthentication } from '../../src/router/auth/authentication.js';
import { createKeyDerivation, type DeriveKey } from '../../src/router/auth/key-derivation.js';
import { createLoginDelays } from '../../src/router/auth/login-delays.js';
import type { RealmSecurity, User } from '../../src/router/auth/realm-security.js';
import { createSalts } from '../../src/router/auth/salts.js';
import type { Challenged, Step } from '../../src/router/auth/steps.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import type { ConnectionInfo } from '../../src/wamp/peer.js';
import { createFakeClock } from './fake-clock.js';

export const KEY = '545efb0a2192db8d43f118e9bf9aee081466e1ef36c708b96ee6f62dddad9122';
export const SALTED = Buffer.alloc(32, 1).toString('base64');

export const user = (username: string, rest: Partial<User> = {}): [string, User] => [
  username,
  { username, enabled: true, groups: [], authorizedKeys: [], ...rest },
];
export const REALM: RealmSecurity = {
  authmethods: ['anonymous', 'ticket', 'wampcra', 'wamp-scram', 'cryptosign'],
  securityEnabled: true,
  users: new Map([
    user('alice', { groups: ['admins', 'staff'], password: { kind: 'plain', text: 'secret' } }),
    user('bob', {
      groups: ['staff'],
      password: {
        kind: 'salted',
        salt: 'c2FsdHNhbHRzYWx0c2FsdA==',
        iterations: 1000,
        saltedPassword: SALTED,
      },
    }),
    user('device', { authorizedKeys: [KEY] }),
    user('gone', { enabled: false, password: { kind: 'plain', text: 'secret' } }),
  ]),
  groups: new Map([
    ['admins', ['owners']],
    ['owners', []],
    ['staff', []],
  ]),
};

/** The logins of one realm, with a fake clock. */
export function authenticationFixture(
  security: Partial<RealmSecurity> = {},
  options: {
    allowAnonymous?: boolean | 'local';
    salt?: string;
    derive?: DeriveKey;
    maxWaiting?: number;
  } = {},
) {
  const clock = createFakeClock();
  const authentication = createAuthentication({
    realm: 'r',
    security: { ...REALM, ...security },
    allowAnonymous: options.allowAnonymous ?? true,
    salts: createSalts(options.salt ?? 'salt'),
    deriveFor: createKeyDerivation(options),
    sharedSources: false,
    delays: createLoginDelays({ clock, longest: 8000, maxWaiting: 32 }),
    clock,
    log: silentLogger,
    observer: silentObserver,
    newAuthid: () => 'generated',
    call: () => Promise.reject(new Error('no procedure must be called')),
  });
  const begin = (details: object, remoteAddress?: string): Step => {
    const info: ConnectionInfo = {
      transport: 'websocket',
      trusted: false,
      handshakeTimeout: 0,
      handshakeElapsed: 0,
      ...(remoteAddress !== undefined && { remoteAddress }),
    };
    const step = authentication.begin(
      { type: MESSAGE.HELLO, realm: 'r', details: { roles: {}, ...details } },
      {
        info,
        session: 77,
        signal: new AbortController().signal,
      },
    );
    if (step instanceof Promise) throw new Error('nothing here takes time');
    return step;
  };
  const log = (authid: string, ...authmethods: string[]) => begin({ authid, authmethods });
  return { begin, log, clock };
}

export const methodOf = (step: Step): string => {
  if (step.kind === 'challenge') return step.method;
  return step.kind === 'admitted' ? step.identity.authmethod : step.refusal.uri;
};

export const answer = (step: Step, signature: string): Step | Promise<Step> =>
  (step as Challenged).answer({ type: MESSAGE.AUTHENTICATE, signature, extra: {} });
