import type { DataType } from './datatypes.js';
import { ValueError } from './value-error.js';

/**
 * The loose URI rule of the WAMP specification: no component is empty or contains spaces or `#`.
 */
const LOOSE_URI = /^(?:[^\s.#]+\.)*[^\s.#]+$/;
const RULE = 'words separated by single dots, without spaces and #';

function looseUri(value: string, what: string): string {
  if (!LOOSE_URI.test(value)) throw new ValueError(`must be ${what}: ${RULE}`);
  return value;
}

/**
 * The URI of a procedure. The prefix `wamp.` is reserved, so no router accepts a registration
 * there.
 */
export const procedureUri: DataType<string> = {
  description: 'WAMP URI, as in com.billing.get_invoice',
  parse(value) {
    looseUri(value, 'a WAMP URI');
    if (value === 'wamp' || value.startsWith('wamp.')) {
      throw new ValueError('URIs that begin with wamp. are reserved for the protocol');
    }
    return value;
  },
};

/** The URI of an error. `wamp.error.*` is allowed. */
export const errorUri: DataType<string> = {
  description: 'WAMP error URI',
  parse: (value) => looseUri(value, 'a WAMP error URI'),
};

/** The name of a realm. */
export const realmName: DataType<string> = {
  description: 'name of a realm, as in com.example.myrealm',
  parse: (value) => looseUri(value, 'the name of a realm'),
};

/** An Ed25519 private key in the notation of WAMP clients: its 32 bytes in hex. */
export const privateKeyHex: DataType<string> = {
  description: '64 hexadecimal digits',
  parse(value) {
    if (!/^[0-9a-fA-F]{64}$/.test(value)) {
      throw new ValueError('must be an Ed25519 private key: 64 hexadecimal digits (32 bytes)');
    }
    return value;
  },
};
