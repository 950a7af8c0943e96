import { constants } from 'node:crypto';
import { createSecureContext, DEFAULT_CIPHERS, type SecureContextOptions } from 'node:tls';

/**
 * The post-quantum group stands first where the runtime knows it (OpenSSL 3.5). Every client of TLS 1.3 must know P-256
 * (RFC 8446 section 9.1).
 */
const GROUPS = ['X25519MLKEM768:X25519:P-256', 'X25519:P-256'] as const;

/**
 * What a client can make a listener compute before it is known, on the thread that serves all others. Left to its defaults,
 * OpenSSL takes a key share of ffdhe8192 from whoever sends one, and answers it for hundreds of milliseconds
 * (CVE-2002-20001, CVE-2022-40735); P-384 and P-521 take ten times as long as the two groups here.
 */
export const CHEAP_HANDSHAKES: Pick<SecureContextOptions, 'ecdhCurve' | 'ciphers' | 'secureOptions'> = {
  ecdhCurve: GROUPS.find(isKnown) ?? 'auto',
  // A key in RSA is decrypted by the private key after the handshake's first half (RFC 9325 section 4.1: not to be used).
  ciphers: `${DEFAULT_CIPHERS}:!kRSA`,
  // Each renegotiation is a handshake more, and clients that are in can all ask for one at the same moment.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
};

function isKnown(groups: string): boolean {
  try {
    createSecureContext({ ecdhCurve: groups });
    return true;
  } catch {
    return false;
  }
}
