import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DERIVE } from '../../../../test/support/derive.js';
import { MESSAGE } from '../../../wamp/messages.js';
import { challengeCryptosign } from './cryptosign.js';

/**
 * WAMP "Cryptosign-based Authentication", test vectors without channel binding: private key,
 * challenge, answer.
 */
const VECTORS = [
  [
    '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510',
    'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ],
  [
    'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd',
    'b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d',
    'd4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d',
  ],
  [
    '6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b',
    'b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2',
    '7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2',
  ],
] as const;

/** PKCS #8 of an Ed25519 key (RFC 8410 section 7), without the 32 bytes of the key. */
const PKCS8 = '302e020100300506032b657004220420';

function publicKeyOf(privateKey: string): string {
  const key = createPrivateKey({ key: Buffer.from(PKCS8 + privateKey, 'hex'), format: 'der', type: 'pkcs8' });
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x!, 'base64url').toString('hex');
}

const verify = (keys: readonly string[], challenge: string, signature: string) =>
  challengeCryptosign(keys, Buffer.from(challenge, 'hex')).verify(
    { type: MESSAGE.AUTHENTICATE, signature, extra: {} },
    DERIVE,
  );

describe('cryptosign', () => {
  const [[privateKey, challenge, answer]] = VECTORS;
  const key = publicKeyOf(privateKey);

  it.each(VECTORS)('accepts the signatures of the specification: %s', (ofPrivate, message, signature) => {
    expect(verify([publicKeyOf(ofPrivate)], message, signature)).toEqual({});
    expect(verify([publicKeyOf(ofPrivate)], message, signature.toUpperCase())).toEqual({});
  });

  it('accepts a signature by any of the keys', () => {
    expect(verify(['11'.repeat(32), key], challenge, answer)).toEqual({});
  });

  it.each([
    ['another key', ['22'.repeat(32)], answer],
    ['no key', [], answer],
    ['a key that is not a point of the curve', ['ff'.repeat(32)], answer],
    ['a changed signature', [key], `00${answer.slice(2)}`],
    ['another challenge behind it', [key], `${answer.slice(0, 128)}${'00'.repeat(32)}`],
    ['only the signature', [key], answer.slice(0, 128)],
    ['extra bytes', [key], `${answer}00`],
    ['a signature that is not hex', [key], `zz${answer.slice(2)}`],
    ['nothing', [key], ''],
  ])('refuses %s', (_what, keys, signature) => {
    expect(verify(keys, challenge, signature)).toBe(false);
  });

  it('refuses a valid signature of something else', () => {
    const pair = generateKeyPairSync('ed25519');
    const own = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('hex');
    const other = Buffer.alloc(32, 7);
    const signature = sign(null, other, pair.privateKey).toString('hex') + other.toString('hex');
    expect(verify([own], other.toString('hex'), signature)).toEqual({});
    expect(verify([own], challenge, signature)).toBe(false);
  });

  it('uses new random 32 bytes for each client', () => {
    const drawn = [1, 2].map(() => challengeCryptosign([key]).extra['challenge']);
    expect(drawn[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(drawn[1]).not.toBe(drawn[0]);
  });
});
