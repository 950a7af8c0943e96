import type { Clock } from '../../../clock.js';
import type { ServiceConfig } from '../../../config/model.js';
import { createResponseCache } from '../../../http-cache/response-cache.js';
import type { WaitingMemory } from '../../../upstream/waiting-memory.js';
import { type BodyMemo, createBodyMemo } from './body-memo.js';
import type { Brought, ServiceCache } from './cached-calls.js';

export interface ServiceCacheParts {
  readonly clock: Clock;
  readonly uuid: () => string;
  readonly waiting: WaitingMemory;
}

/** Creates the cache of a service. Undefined if no procedure has `cache = on`. */
export function createServiceCache(
  { settings, procedures }: ServiceConfig,
  { clock, uuid, waiting }: ServiceCacheParts,
): ServiceCache | undefined {
  const cached = procedures.filter(({ settings: { cache } }) => cache);
  if (cached.length === 0) return undefined;
  const cache = createResponseCache<BodyMemo, Brought>({
    clock,
    maxBytes: settings['cache.max_size'],
    salt: uuid(),
    // Each call has a new idempotency key, so no call would find a response.
    unkeyed: cached.flatMap(({ settings: { idempotency_header: name } }) => name?.toLowerCase() ?? []),
    createMemo: createBodyMemo,
  });
  return Object.assign(cache, { waiting, maxWaiting: settings['pool.max_waiting'], joined: 0 });
}
