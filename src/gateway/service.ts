import { createStaticAuthoriser } from '../auth/static-credential.js';
import type { Clock } from '../clock.js';
import type { ProcedureConfig, ServiceConfig } from '../config/model.js';
import type { Logger } from '../log.js';
import { createServiceUpstream, type Upstream } from '../upstream/upstream.js';
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

/**
 * Compiles a service; opens no connection before the first call.
 *
 * @throws Error in one sentence where the service's TLS files cannot be used.
 */
export function createService(config: ServiceConfig, deps: ServiceDeps): Service {
  const { settings } = config;
  const base = renderBaseUrl(settings);
  const upstream = base && createNamedUpstream(base.origin, config, deps);
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

function createNamedUpstream(origin: string, { name, settings }: ServiceConfig, deps: ServiceDeps): Upstream {
  try {
    return createServiceUpstream(origin, settings, deps.clock, deps.random);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'its upstream cannot be set up';
    throw new Error(`rpc_gateway.services.${name}: ${reason}`, { cause: error });
  }
}
