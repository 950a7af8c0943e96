import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { Turns } from '../turns.js';
import { createLiveness, type Liveness, type LivenessState } from './liveness.js';
import { type ProbeOptions, type ProbeTarget, sendProbe } from './probe.js';
import type { Routes } from './proxy/routes.js';
import type { UpstreamTls } from './tls.js';

export interface ServiceLivenessParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly turns: Turns;
  readonly log: Logger;
  readonly observer: Observer;
  readonly tls: UpstreamTls;
  readonly routes: Routes;
  readonly userAgent: string;
  /** For the log and the observer. */
  readonly service: string;
  /** Where the probe goes now. Undefined while base_url has a variable without a value. */
  readonly target: () => ProbeTarget | undefined;
}

const RAISED =
  'the service is down: its API does not respond to probes, so calls end with down; check that the API runs and that this host can reach it';
const RAISED_AT_PATH =
  'the service is down: probes of liveness.path fail, so calls end with down; check the API, and that liveness.path is right';
const CLEARED = 'the service is up again: its API responds to probes';

/** Creates the probes of a service. They report to the log and to the observer. */
export function createServiceLiveness(settings: ServiceSettings, parts: ServiceLivenessParts): Liveness {
  const { clock, random, turns, log, observer, service } = parts;
  if (!settings['liveness.enabled']) return alwaysUp(() => endOutage(parts));
  const hasOwnPath = settings['liveness.path'] !== '/';
  const probing = probeOptions(settings, parts);
  const options = {
    intervalMs: settings['liveness.interval'],
    failureThreshold: settings['liveness.failure_threshold'],
    successThreshold: settings['liveness.success_threshold'],
    hasOwnPath,
  };
  return createLiveness(options, {
    clock,
    random,
    probe() {
      const target = parts.target();
      if (target === undefined) return undefined;
      const connection = { ...probing.connection, route: parts.routes(target.origin) };
      return sendProbe(target, { ...probing, connection }, { clock, random, turns });
    },
    events: {
      probeEnded(durationMs, cause) {
        observer.probeEnded(service, cause === undefined ? 'ok' : 'error', durationMs, cause);
        if (cause !== undefined) log.debug({ service, cause }, 'a probe failed');
      },
      down: () => observer.serviceDown(service),
      up: () => observer.serviceUp(service),
      alarmRaised(cause) {
        observer.alarmRaised(service, cause);
        log.error({ service, cause }, hasOwnPath ? RAISED_AT_PATH : RAISED);
      },
      alarmCleared() {
        observer.alarmCleared(service);
        log.info({ service }, CLEARED);
      },
    },
  });
}

/** Reports that a service which was down counts as up again, and that its alarm has ended. */
export function endOutage({ observer, service }: Pick<ServiceLivenessParts, 'observer' | 'service'>): void {
  observer.serviceUp(service);
  observer.alarmCleared(service);
}

/** @param onOutageOver called if the service was down and its probes are switched off */
function alwaysUp(onOutageOver: () => void): Liveness {
  const liveness = {
    isDown: false,
    isDisabled: false,
    isAnswered: false,
    retryAfterMs: () => 0,
    start() {},
    moved() {},
    probeNow: () => undefined,
    get state() {
      return { isDown: false, isDisabled: liveness.isDisabled, hasAlarm: false };
    },
    takeOver(before: LivenessState) {
      liveness.isDisabled = before.isDisabled;
      if (before.hasAlarm) onOutageOver();
    },
    close() {},
  };
  return liveness;
}

/**
 * A probe has no credential, no cookies and none of the configured headers except `Host`, without
 * which a server with virtual hosts cannot find the API.
 */
function probeOptions(
  settings: ServiceSettings,
  { tls, userAgent }: Pick<ServiceLivenessParts, 'tls' | 'userAgent'>,
): ProbeOptions {
  const timeoutMs = settings['liveness.timeout'];
  const host = settings.headers.find(({ name }) => name.toLowerCase() === 'host');
  return {
    method: settings['liveness.method'] === 'get' ? 'GET' : 'HEAD',
    // checks/host-checks.ts refuses variables here.
    headers: [...(host === undefined ? [] : ['Host', host.template.source]), 'User-Agent', userAgent],
    timeoutMs,
    connection: {
      connectTimeoutMs: timeoutMs,
      idleTimeoutMs: settings['pool.idle_timeout'],
      maxLifetimeMs: settings['pool.max_lifetime'],
      maxBodyBytes: settings['pool.max_response_size'],
      maxHeaderBytes: settings['pool.max_response_header_size'],
      tls,
    },
  };
}
