import { createPrivateKey } from 'node:crypto';
import type { LinkLogin } from '../attach/credentials.js';
import type { RouterSettings } from '../config/model.js';
import { GatewayError } from '../errors.js';
import { readRegularFile } from '../read-regular-file.js';
import type { DialOptions } from '../transport/dial-options.js';
import { readUpstreamTls } from '../upstream/tls.js';

/** What the gateway needs to join an existing router. Its files have been read. */
export interface RouterAccess {
  readonly urls: readonly string[];
  readonly tls: NonNullable<DialOptions['tls']>;
  /** By realm. A realm without an entry is joined as anonymous. */
  readonly logins: ReadonlyMap<string, LinkLogin>;
}

type SessionSettings = RouterSettings['sessions'] extends ReadonlyMap<string, infer S> ? S : never;

/**
 * Reads the files under `router`. They are read once, because they may be gone when the gateway
 * connects again.
 *
 * @throws GatewayError `router_tls` or `router_key`
 */
export function readRouterAccess(router: RouterSettings): RouterAccess {
  return {
    urls: router.url ?? [],
    tls: readTls(router),
    logins: new Map([...router.sessions].map(([name, session]) => [session.realm, readLogin(name, session)])),
  };
}

function readTls(router: RouterSettings): RouterAccess['tls'] {
  try {
    const { secureContext, verify, servername } = readUpstreamTls(router);
    return { secureContext, rejectUnauthorized: verify, ...(servername !== undefined && { servername }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'its TLS files cannot be used';
    throw new GatewayError('router_tls', `router: ${reason}`, { cause: error });
  }
}

/** The checks of the configuration ensure that the credentials of each method are there. */
function readLogin(name: string, session: SessionSettings): LinkLogin {
  const { authmethod, authid = '', secret = '', ticket = '' } = session;
  switch (authmethod) {
    case 'anonymous':
      return { authmethod };
    case 'ticket':
      return { authmethod, authid, ticket };
    case 'wampcra':
      return { authmethod, authid, secret };
    case 'scram':
    case 'wamp-scram':
      return { authmethod: 'wamp-scram', authid, secret };
    case 'cryptosign':
      return { authmethod, authid: session.authid, privateKey: readKey(name, session) };
  }
}

function readKey(name: string, { private_key, private_key_file = '' }: SessionSettings): string {
  if (private_key !== undefined) return private_key;
  try {
    const { d = '' } = createPrivateKey(readRegularFile(private_key_file)).export({ format: 'jwk' });
    return Buffer.from(d, 'base64url').toString('hex');
  } catch (error) {
    throw new GatewayError('router_key', `router.sessions.${name}.private_key_file: the key cannot be read`, {
      cause: error,
    });
  }
}
