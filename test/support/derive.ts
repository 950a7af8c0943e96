import { createKeyDerivation, type DeriveKey } from '../../src/router/auth/key-derivation.js';

/** Derives keys for a client who waits for as long as it takes. */
export const DERIVE: DeriveKey = createKeyDerivation()({
  source: '192.0.2.1',
  signal: new AbortController().signal,
});
