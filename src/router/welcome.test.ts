import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../wamp/messages.js';
import { createSerializers } from '../wamp/serializers/serializers.js';
import { ROUTER_ROLES } from './access/admission.js';
import { shrinkingDetails } from './welcome.js';

const [json, ...others] = createSerializers();
const DETAILS = {
  realm: 'com.example',
  authid: 'alice',
  authrole: 'staff',
  authmethod: 'wamp-scram',
  authprovider: 'dynamic',
  authextra: { verifier: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', plan: 'x'.repeat(1000) },
  agent: 'wamp-rpc-gateway/1.0.0',
  roles: ROUTER_ROLES,
};

describe('the details of a WELCOME', () => {
  it('lose the least important parts first: features, then authextra, then names, but never the roles', () => {
    const steps = [...shrinkingDetails(DETAILS)];
    expect(steps[0]).toBe(DETAILS);
    const proof = { authextra: { verifier: DETAILS.authextra.verifier } };
    expect(steps.map((step) => Object.keys(step).length)).toEqual([8, 7, 7, 4, 2, 1]);
    expect(steps[2]).toMatchObject({ ...proof, authid: 'alice', authmethod: 'wamp-scram' });
    expect(steps[3]).toMatchObject({ ...proof, authid: 'alice', authrole: 'staff' });
    for (const { roles } of steps.slice(1))
      expect(roles).toEqual({ broker: { features: {} }, dealer: { features: {} } });
  });

  it('fit into the smallest message limit of RawSocket, with every serializer', () => {
    for (const serializer of [json!, ...others]) {
      const sizes = [...shrinkingDetails(DETAILS)].map((details) =>
        Buffer.byteLength(
          serializer.encode({ type: MESSAGE.WELCOME, session: 2 ** 53 - 1, details }) as string,
        ),
      );
      expect(sizes[0]).toBeGreaterThan(1000);
      expect(sizes[2]).toBeLessThan(512);
      expect(sizes.at(-1)).toBeLessThan(100);
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    }
  });
});
