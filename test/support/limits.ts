import type { RouterLimits } from '../../src/router/model.js';

/** What routers of tests grant: enough for every test that is not about limits. */
export const LIMITS: RouterLimits = {
  callTimeout: 30_000,
  maxCallTimeout: 600_000,
  maxPendingCalls: 100,
  maxSessions: 100,
  maxRegistrations: 100,
  maxRegistrationBytes: 100_000,
  maxRegistrationsPerRealm: 1000,
  maxRegistrationBytesPerRealm: 1_000_000,
  maxSubscriptions: 100,
  maxSubscriptionBytes: 100_000,
  maxSubscriptionsPerRealm: 1000,
  maxSubscriptionBytesPerRealm: 1_000_000,
  maxWildcardShapes: 100,
  maxRetainedEvents: 10,
  maxRetainedBytes: 10_000,
  maxTestaments: 10,
  maxTestamentBytes: 10_000,
  maxWaitingMessages: 10,
  maxWaitingBytes: 10_000,
};
