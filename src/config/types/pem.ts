import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { ValueError } from './value-error.js';

/** RFC 7468 section 5.1, and the labels that OpenSSL takes besides. */
const CERTIFICATE = /^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
/** RFC 7468 section 11, and the older form (RFC 1421 section 4.6.1.1), which says so in a header. */
const ENCRYPTED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4, *ENCRYPTED/m;

/**
 * The certificates of a PEM file, in order. Blocks of other kinds and text around the blocks are passed over, as TLS
 * does; a certificate that cannot be read is not, though TLS drops such a CA without a word.
 *
 * @throws ValueError where there is none, or one cannot be read.
 */
export function readCertificates(text: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = text.split(/^(?=-----BEGIN )/m).filter((block) => CERTIFICATE.test(block));
  const [first, ...others] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      const which = blocks.length === 1 ? 'the certificate' : `certificate ${index + 1}`;
      throw new ValueError(`${which} in the file cannot be read: it is damaged or cut short`);
    }
  });
  if (first === undefined) {
    throw new ValueError('the file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  }
  return [first, ...others];
}

/**
 * The private key of a PEM file.
 *
 * @throws ValueError where there is none, it is encrypted, or it cannot be read.
 */
export function readPrivateKey(text: string): KeyObject {
  if (ENCRYPTED.test(text)) {
    throw new ValueError(
      'the private key is encrypted, and there is no key for its passphrase: decrypt it with openssl pkey',
    );
  }
  if (!/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/m.test(text)) {
    throw new ValueError('the file holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)');
  }
  try {
    return createPrivateKey({ key: text, format: 'pem' });
  } catch {
    throw new ValueError('the private key in the file cannot be read: it is damaged or cut short');
  }
}
