/** A router with many registrations and without transports: messages are objects in this process. */
import { createRouter } from '../dist/router/router.js';
import { MESSAGE } from '../dist/wamp/messages.js';
import { IN_PROCESS, localPeers } from '../dist/wamp/peer.js';

const REALM = 'com.example.myrealm';
const MANY = 2 ** 40;
const LIMITS = {
  callTimeout: 30_000,
  maxCallTimeout: 600_000,
  maxPendingCalls: MANY,
  maxPendingCallsPerRealm: MANY,
  maxPendingCallBytesPerRealm: MANY,
  maxSessions: MANY,
  maxRegistrations: MANY,
  maxRegistrationBytes: MANY,
  maxRegistrationsPerRealm: MANY,
  maxRegistrationBytesPerRealm: MANY,
  maxSubscriptions: MANY,
  maxSubscriptionBytes: MANY,
  maxSubscriptionsPerRealm: MANY,
  maxSubscriptionBytesPerRealm: MANY,
  maxWildcardShapes: MANY,
  maxRetainedEvents: 0,
  maxRetainedBytes: 0,
  maxRetainedBytesPerSession: MANY,
  maxRetainedSent: MANY,
  maxListLength: MANY,
  maxTestaments: 0,
  maxTestamentBytes: 0,
  maxTestamentsPerRealm: MANY,
  maxTestamentBytesPerRealm: MANY,
  maxWaitingMessages: MANY,
  maxWaitingBytes: MANY,
  maxWaitingMessagesPerRealm: MANY,
  maxWaitingBytesPerRealm: MANY,
};

function join(router, onMessage) {
  const [ours, theirs] = localPeers();
  router.attach(theirs, { ...IN_PROCESS, trusted: false });
  ours.listen({ onMessage: (message) => onMessage(ours, message), onViolation() {}, onClose() {} });
  const roles = { caller: {}, callee: {} };
  ours.send({ type: MESSAGE.HELLO, realm: REALM, details: { roles } });
  return ours;
}

/**
 * @param {number} count how many procedures, and how many prefixes, one callee registers
 * @returns two functions that call a procedure: one by its exact URI, one by a prefix. Each call ends before the
 * function returns.
 */
export function createRouting(count) {
  const router = createRouter({ realms: [REALM], limits: LIMITS, allowAnonymous: true, agent: 'bench' });
  const callee = join(router, (peer, { type, request, payload }) => {
    if (type === MESSAGE.INVOCATION) peer.send({ type: MESSAGE.YIELD, request, options: {}, payload });
  });
  let request = 0;
  const register = (procedure, options) =>
    callee.send({ type: MESSAGE.REGISTER, request: ++request, options, procedure });
  for (let index = 0; index < count; index++) {
    register(`com.example.service${index % 100}.procedure${index}`, {});
    register(`com.example.area${index}.`, { match: 'prefix' });
  }
  let answer;
  const caller = join(router, (_, message) => {
    answer = message;
  });
  let calls = 0;
  const payload = { kwargs: { id: 'INV-001' } };
  const call = (procedure) => {
    caller.send({ type: MESSAGE.CALL, request: ++calls, options: {}, procedure, payload });
    if (answer.type !== MESSAGE.RESULT) throw new Error('the call was not answered');
    return answer;
  };
  // Each call uses another procedure, so a cache of the last one has no effect.
  const exact = Array.from({ length: Math.min(count, 1000) }, (_, index) => {
    const at = Math.floor((index * count) / Math.min(count, 1000));
    return [`com.example.service${at % 100}.procedure${at}`, `com.example.area${at}.some.procedure`];
  });
  return {
    exact: (index) => call(exact[index % exact.length][0]),
    prefix: (index) => call(exact[index % exact.length][1]),
  };
}
