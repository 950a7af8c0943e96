import type { Attributes } from '@opentelemetry/api';
import type { TracedProcedure, TracedRequests } from '../observe/tracing.js';

/** Name and attributes that all spans of one kind have. */
export interface SpanFacts {
  readonly name: string;
  readonly attributes: Attributes;
}

/** A procedure, with the facts in the spans of its calls and of their attempts. */
export interface CompiledProcedure {
  readonly procedure: TracedProcedure;
  readonly call: SpanFacts;
  readonly attempt: SpanFacts;
}

/** Compiles the facts once, so that a call creates none. */
export function compileProcedure(procedure: TracedProcedure): CompiledProcedure {
  return { procedure, call: callFacts(procedure), attempt: requestFacts(procedure) };
}

/** OpenTelemetry semantic conventions, "RPC spans". The names of our own have a prefix. */
function callFacts({ procedure, realm, service }: TracedProcedure): SpanFacts {
  return {
    name: procedure,
    attributes: {
      'rpc.system.name': 'wamp',
      'rpc.method': procedure,
      'rpc_gateway.realm': realm,
      'rpc_gateway.service': service,
    },
  };
}

/**
 * OpenTelemetry semantic conventions, "HTTP client spans". `url.full` is missing, because path and
 * query may contain secrets and kwargs.
 */
export function requestFacts({ method, host, path }: TracedRequests): SpanFacts {
  const hasPath = path !== undefined && path !== '';
  return {
    name: hasPath ? `${method} ${path}` : method,
    attributes: {
      'http.request.method': method,
      ...serverOf(host),
      ...(hasPath && { 'url.template': path }),
    },
  };
}

function serverOf(host: string): Attributes {
  const [, address = host, port] = /^(.*):(\d+)$/.exec(host) ?? [];
  return {
    // An IPv6 address has brackets only in URLs.
    'server.address': address.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== undefined && { 'server.port': Number(port) }),
  };
}
