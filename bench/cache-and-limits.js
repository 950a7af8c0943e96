import { systemClock } from '../dist/clock.js';
import { useOf } from '../dist/http-cache/freshness.js';
import { createResponseCache } from '../dist/http-cache/response-cache.js';
import { createCallControl } from '../dist/upstream/call-control.js';
import { createRateLimiter } from '../dist/upstream/limits/rate-limiter.js';

const CALLERS = 1_000;

/** The steps that a call takes in addition, if its service has a cache or a limit. */
export function cacheAndLimits(request) {
  const cache = createResponseCache({
    clock: systemClock,
    maxBytes: 1024 * 1024,
    salt: 'bench',
    unkeyed: [],
    createMemo: () => undefined,
  });
  const key = cache.keyOf(request, undefined);
  const headers = ['cache-control', 'max-age=3600'].map((text) => Buffer.from(text));
  const exchanged = { request, key, urlKey: cache.urlKeyOf(request), sentAt: systemClock.monotonic() };
  cache.store(exchanged, { status: 200, headers, body: Buffer.from('{}') });
  const options = { everyMs: 1e-6, burst: 1_000_000, waitMs: 0, maxWaiting: 1 };
  const shared = createRateLimiter({ ...options, perCaller: false }, systemClock);
  const own = createRateLimiter({ ...options, perCaller: true }, systemClock);
  const controls = Array.from({ length: CALLERS }, (_, index) =>
    createCallControl(0, undefined, { realm: 'com.example.realm', session: index, authid: `a-${index}` }),
  );
  return [
    ['the key of a request', () => cache.keyOf(request, undefined)],
    [
      'a hit: key, search, lifetime',
      () => useOf(cache.find(cache.keyOf(request, undefined)), undefined, systemClock.monotonic()),
    ],
    ['limit.rate', () => shared.take(controls[0], systemClock.monotonic())],
    [
      `limit.per = caller, with ${CALLERS.toLocaleString('en')} callers`,
      (call) => own.take(controls[call % CALLERS], systemClock.monotonic()),
    ],
  ];
}
