import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { ValueError } from './value-error.js';

/** RFC 7468 section 5.1, and the other labels that OpenSSL accepts. */
const CERTIFICATE = /^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
/** RFC 7468 section 11, and the older form with a header (RFC 1421 section 4.6.1.1). */
const ENCRYPTED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4, *ENCRYPTED/m;

/**
 * Reads the certificates of a PEM file, in order. It ignores blocks of other kinds and text around
 * the blocks, as TLS does. An unreadable certificate is an error, although TLS ignores such a CA
 * silently.
 *
 * @throws ValueError if the file contains no certificate or an unreadable one.
 */
export function readCertificates(text: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = text.split(/^(?=-----BEGIN )/m).filter((block) => CERTIFICATE.test(block));
  const [first, ...others] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      const which = blocks.length === 1 ? 'the certificate' : `certificate ${index + 1}`;
      throw new ValueError(`${which} in the file is unreadable: it is damaged or incomplete`);
    }
  });
  if (first === undefined) {
    throw new ValueError('the file contains no certificate in PEM format (-----BEGIN CERTIFICATE-----)');
  }
  return [first, ...others];
}

/**
 * Reads the private key of a PEM file.
 *
 * @throws ValueError if the file contains no key, or the key is encrypted or unreadable.
 */
export function readPrivateKey(text: string): KeyObject {
  if (ENCRYPTED.test(text)) {
    throw new ValueError(
      'the private key is encrypted, and passphrases are not supported: decrypt it with openssl pkey',
    );
  }
  if (!/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/m.test(text)) {
    throw new ValueError('the file contains no private key in PEM format (-----BEGIN PRIVATE KEY-----)');
  }
  try {
    return createPrivateKey({ key: text, format: 'pem' });
  } catch {
    throw new ValueError('the private key in the file is unreadable: it is damaged or incomplete');
  }
}
