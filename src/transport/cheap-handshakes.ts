import { constants } from 'node:crypto';
import { createSecureContext, DEFAULT_CIPHERS, type SecureContextOptions } from 'node:tls';

/**
 * The post-quantum group comes first, if the runtime supports it (OpenSSL 3.5). Every TLS 1.3
 * client must support P-256 (RFC 8446 section 9.1).
 */
const GROUPS = ['X25519MLKEM768:X25519:P-256', 'X25519:P-256'] as const;

/**
 * TLS options that limit the CPU time of a handshake. Any unknown client can start one, and it runs
 * on the thread that serves all clients. By default, OpenSSL accepts a key share of ffdhe8192,
 * which takes hundreds of milliseconds (CVE-2002-20001, CVE-2022-40735). P-384 and P-521 take ten
 * times as long as X25519 and P-256.
 */
export const CHEAP_HANDSHAKES: Pick<SecureContextOptions, 'ecdhCurve' | 'ciphers' | 'secureOptions'> = {
  ecdhCurve: GROUPS.find(isKnown) ?? 'auto',
  // RFC 9325 section 4.1 forbids static RSA. With it, the server decrypts with its private key.
  ciphers: `${DEFAULT_CIPHERS}:!kRSA`,
  // A renegotiation is one more handshake. All connected clients could start one at the same time.
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
