import { createStaticAuthoriser } from '../auth/static-credential.js';
import type { Clock } from '../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../config/model.js';
import type { Logger } from '../log.js';
import { createServiceUpstream } from '../upstream/upstream.js';
import { assemblePipeline, type Pipeline } from './pipeline/assemble.js';
import { renderBaseUrl } from './pipeline/base-url.js';

/** What a service needs from outside. */
export interface ServiceDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly userAgent: string;
  readonly errorId: () => string;
  readonly log: Logger;
}

/** A procedure that can be registered and called. */
export interface CallableProcedure {
  readonly config: ProcedureConfig;
  readonly pipeline: Pipeline;
  /** Milliseconds for all attempts of one call, where the caller asks for no less. */
  readonly deadlineMs: number;
}

/** A running service: its connections, and its procedures compiled. */
export interface Service {
  readonly name: string;
  readonly procedures: readonly CallableProcedure[];
  /** Ends the connections; running calls fail. */
  close(): Promise<void>;
}

/** Compiles a service; opens no connection before the first call. */
export function createService(config: ServiceConfig, deps: ServiceDeps): Service {
  const { settings } = config;
  const base = renderBaseUrl(settings);
  const upstream = base && createServiceUpstream(base.origin, settings, deps.clock, deps.random);
  const authoriser = createStaticAuthoriser(settings);
  const parts = { ...deps, base, upstream, authoriser };
  return {
    name: config.name,
    procedures: config.procedures.map((procedure) => ({
      config: procedure,
      pipeline: assemblePipeline(config, procedure, parts),
      deadlineMs: settings.deadline,
    })),
    close: async () => upstream?.close(),
  };
}
