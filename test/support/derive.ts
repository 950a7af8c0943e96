import { createKeyDerivation, type DeriveKey } from '../../src/router/auth/key-derivation.js';

/** Derives keys for a client that waits as long as necessary. */
export const DERIVE: DeriveKey = createKeyDerivation()({
  source: '192.0.2.1',
  signal: new AbortController().signal,
});
