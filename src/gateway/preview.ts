import { describeCredential } from '../auth/credential.js';
import type { LoadedConfig, ProcedureConfig, ServiceConfig } from '../config/model.js';
import type { CallerTrace } from '../observe/tracing.js';
import type { Caller } from '../upstream/caller.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { maskProcedure } from './mask-procedure.js';
import { maskSecrets } from './mask-secrets.js';
import { BadRequest } from './pipeline/call.js';
import { baseUrlForShow } from './pipeline/request/base-url.js';
import { isCompressible, withGzipHeader } from './pipeline/request/compress-request.js';
import { compileRequest } from './pipeline/request/request.js';
import { MASKED, type ShownVariables } from './shown-variables.js';

/** What a preview needs in addition to the configuration. */
export interface PreviewDeps {
  readonly userAgent: string;
  readonly uuid: () => string;
  /** Default: an example. */
  readonly caller?: Omit<Caller, 'realm'>;
  /** How variables of the service are shown. Default: as `***` */
  readonly variables?: ShownVariables;
}

const EXAMPLE_CALLER = { session: 1, authid: 'caller-authid', authrole: 'anonymous' };

/** A request for display with masked secrets, and its service. */
export interface Preview {
  /** Its body is text if its bytes are UTF-8. */
  readonly request: HttpRequest;
  /**
   * True if the gateway compresses the body (`request.compress`). The request has the header for
   * it, and the body before its compression.
   */
  readonly isCompressed: boolean;
  readonly service: ServiceConfig;
}

/**
 * Builds the HTTP request of a call, with masked secrets. Sends nothing.
 *
 * @param realm selects the procedure if several realms have the same URI. Default: the first one.
 * @throws BadRequest if no procedure has the URI, or no request can be built from the kwargs
 */
export function previewRequest(
  config: LoadedConfig,
  uri: string,
  realm: string | undefined,
  kwargs: Readonly<Record<string, unknown>>,
  deps: PreviewDeps,
): Preview {
  const { service, procedure: found } = findProcedure(config, uri, realm);
  const { caller = EXAMPLE_CALLER, variables = MASKED } = deps;
  const procedure = maskProcedure(found, variables.show);
  const base = baseUrlForShow(service.settings, variables.show);
  const credential = describeCredential(service.settings);
  const { request, callerTrace } = compileRequest(
    service,
    procedure,
    base,
    credential,
    deps,
  )({ args: [], kwargs, caller: { ...caller, realm: found.settings.realm } });
  const isCompressed = procedure.settings['request.compress'] === 'gzip' && isCompressible(request);
  const coded = isCompressed ? withGzipHeader(request) : request;
  const traced = { ...coded, headers: [...coded.headers, ...traceHeaders(callerTrace)] };
  const masked = maskSecrets(traced, procedure.settings.body_encoding, variables.isOnlyVariable);
  return { request: credential.mask(masked, variables.show), isCompressed, service };
}

/** A call sends the trace context in a new form. The preview has it as the caller gave it. */
function traceHeaders(trace: CallerTrace | undefined): readonly string[] {
  if (trace === undefined) return [];
  const { traceparent, tracestate } = trace;
  return ['traceparent', traceparent, ...(tracestate === undefined ? [] : ['tracestate', tracestate])];
}

function findProcedure(
  config: LoadedConfig,
  uri: string,
  realm: string | undefined,
): { service: ServiceConfig; procedure: ProcedureConfig } {
  for (const service of config.services) {
    for (const procedure of service.procedures) {
      const { settings } = procedure;
      if (settings.uri === uri && (realm === undefined || settings.realm === realm))
        return { service, procedure };
    }
  }
  throw new BadRequest(
    `The configuration has no procedure ${uri}${realm === undefined ? '' : ` in realm ${realm}`}`,
  );
}
