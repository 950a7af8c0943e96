import type { RouterLimits } from '../../src/router/model.js';

/** What routers of tests grant: enough for every test that is not about limits. */
export const LIMITS: RouterLimits = {
  callTimeout: 30_000,
  maxCallTimeout: 600_000,
  maxPendingCalls: 100,
  maxSessions: 100,
  maxRegistrations: 100,
  maxSubscriptions: 100,
  maxRetainedEvents: 10,
  maxRetainedBytes: 10_000,
  maxTestaments: 10,
  maxTestamentBytes: 10_000,
  maxWaitingMessages: 10,
  maxWaitingBytes: 10_000,
};
