import { type Observer, silentObserver } from '../observe/observer.js';
import { type Counts, createCounts, type Sample } from './counts.js';
import type { FamilyName } from './families.js';
import type { MeasuredParts } from './measured-parts.js';
import {
  AUTHMETHODS,
  CACHE_RESULTS,
  CALL_OUTCOMES,
  LIMIT_REASONS,
  LINK_FAILURE_REASONS,
  REJECT_REASONS,
  RESPONSE_CACHE_RESULTS,
  RESULTS,
  ROUTED_OUTCOMES,
} from './outcomes.js';
import { createPartDurations, type OfPart } from './part-durations.js';
import { createProcedureCounts, type ProcedureCounts } from './procedure-counts.js';

/** The counters of services, realms and listeners. */
export const COUNTERS = [
  'upstream_attempts_total',
  'retry_budget_exhausted_total',
  'response_cache_total',
  'requests_limited_total',
  'liveness_probes_total',
  'token_cache_total',
  'token_fetch_total',
  'secret_resolution_total',
  'router_calls_total',
  'router_events_total',
  'listener_rejected_total',
  'failed_logins_total',
  'slow_readers_closed_total',
  'protocol_violations_total',
  'attached_reconnects_total',
  'config_reloads_total',
] as const satisfies readonly FamilyName[];

export type CounterName = (typeof COUNTERS)[number];

/** The histograms of services. */
export const PART_HISTOGRAMS = [
  'liveness_probe_duration_seconds',
  'token_fetch_duration_seconds',
] as const satisfies readonly FamilyName[];

export type PartHistogramName = (typeof PART_HISTOGRAMS)[number];

/** Everything that is counted while the gateway runs. */
export interface Counters {
  readonly observer: Observer;
  setParts(parts: MeasuredParts): void;
  samples(name: CounterName): Sample[];
  durations(name: PartHistogramName): readonly OfPart[];
  procedures(): readonly ProcedureCounts[];
}

/** For events that are all of one kind. */
const EVENT = ['event'] as const;

/** The part to which reloads count. */
const RELOADS = 'reloads';

/** Counts the facts that the rooms report. It knows nothing of Prometheus. */
export function createCounters(): Counters {
  const procedures = createProcedureCounts();
  const attempts = createCounts(CALL_OUTCOMES);
  const exhausted = createCounts(EVENT);
  const cacheUses = createCounts(RESPONSE_CACHE_RESULTS);
  const limited = createCounts(LIMIT_REASONS);
  const probes = createCounts(RESULTS);
  const probeDurations = createPartDurations();
  const tokenUses = createCounts(CACHE_RESULTS);
  const tokenFetches = createCounts(RESULTS);
  const tokenDurations = createPartDurations();
  const secretReads = createCounts(RESULTS);
  const routedCalls = createCounts(ROUTED_OUTCOMES);
  const events = createCounts(EVENT);
  const rejections = createCounts(REJECT_REASONS);
  const failedLogins = createCounts<string>(AUTHMETHODS);
  const slowReaders = createCounts(EVENT);
  const violations = createCounts(EVENT);
  const linkFailures = createCounts(LINK_FAILURE_REASONS);
  const reloads = createCounts(RESULTS);
  reloads.setParts([RELOADS]);

  const byName: Readonly<Record<CounterName, Pick<Counts<never>, 'samples'>>> = {
    upstream_attempts_total: attempts,
    retry_budget_exhausted_total: exhausted,
    response_cache_total: cacheUses,
    requests_limited_total: limited,
    liveness_probes_total: probes,
    token_cache_total: tokenUses,
    token_fetch_total: tokenFetches,
    secret_resolution_total: secretReads,
    router_calls_total: routedCalls,
    router_events_total: events,
    listener_rejected_total: rejections,
    failed_logins_total: failedLogins,
    slow_readers_closed_total: slowReaders,
    protocol_violations_total: violations,
    attached_reconnects_total: linkFailures,
    config_reloads_total: {
      samples: () => reloads.samples().map(({ labels, value }) => ({ labels: labels.slice(1), value })),
    },
  };

  return {
    observer: {
      ...silentObserver,
      callEnded: procedures.callEnded,
      replyTooLarge: procedures.replyTooLarge,
      attemptEnded: attempts.add,
      cacheUsed: cacheUses.add,
      requestLimited: limited.add,
      retryBudgetExhausted: (service) => exhausted.add(service, 'event'),
      probeEnded(service, outcome, durationMs) {
        probes.add(service, outcome);
        probeDurations.add(service, durationMs);
      },
      tokenUsed: tokenUses.add,
      tokenFetched(service, durationMs, lifetimeMs) {
        tokenFetches.add(service, lifetimeMs === undefined ? 'error' : 'ok');
        tokenDurations.add(service, durationMs);
      },
      secretRead: secretReads.add,
      routedCallEnded: routedCalls.add,
      eventPublished: (realm) => events.add(realm, 'event'),
      loginFailed: failedLogins.add,
      connectionRejected: rejections.add,
      slowReaderClosed: (listener) => slowReaders.add(listener, 'event'),
      protocolViolated: (listener) => violations.add(listener, 'event'),
      linkFailed: linkFailures.add,
      configReloaded: (outcome) => reloads.add(RELOADS, outcome),
    },

    setParts(parts) {
      const { mode } = parts;
      const services = parts.services.map(({ name }) => name);
      const withCache = parts.services.filter(({ hasCache }) => hasCache).map(({ name }) => name);
      const withToken = parts.services.filter(({ hasToken }) => hasToken).map(({ name }) => name);
      const withSecret = parts.services.filter(({ hasSecret }) => hasSecret).map(({ name }) => name);
      const routed = mode === 'embedded' ? parts.realms : [];
      const attached = mode === 'attached' ? parts.realms : [];
      const listeners = parts.listeners.map(({ name }) => name);
      procedures.setParts(parts);
      for (const counts of [attempts, exhausted, probes, probeDurations]) counts.setParts(services);
      for (const counts of [tokenUses, tokenFetches, tokenDurations]) counts.setParts(withToken);
      cacheUses.setParts(withCache);
      limited.setParts(parts.services.filter(({ hasLimit }) => hasLimit).map(({ name }) => name));
      secretReads.setParts(withSecret);
      for (const counts of [routedCalls, events, failedLogins]) counts.setParts(routed);
      for (const counts of [rejections, slowReaders, violations]) counts.setParts(listeners);
      linkFailures.setParts(attached);
    },

    samples: (name) => byName[name].samples(),
    durations: (name) => (name === 'token_fetch_duration_seconds' ? tokenDurations : probeDurations).all(),
    procedures: procedures.all,
  };
}
