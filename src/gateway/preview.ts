import { describeCredential } from '../auth/credential.js';
import type { LoadedConfig, ProcedureConfig, ServiceConfig } from '../config/model.js';
import type { ReadableRequest } from '../upstream/http-message.js';
import { maskProcedure } from './mask-procedure.js';
import { maskSecrets } from './mask-secrets.js';
import { baseUrlForShow } from './pipeline/base-url.js';
import { BadRequest } from './pipeline/call.js';
import { compileRequest } from './pipeline/request.js';

/** What a preview can't know stands in its place: who will call, and the key of the call. */
export interface PreviewDeps {
  readonly userAgent: string;
  readonly uuid: () => string;
}

/** A request for display, with secrets masked, and the service that it belongs to. */
export interface Preview {
  readonly request: ReadableRequest;
  readonly service: ServiceConfig;
}

/**
 * The HTTP request that a call would send, secrets masked; nothing is sent.
 *
 * @param realm where the same URI stands in several realms; default: the first.
 * @throws BadRequest where no procedure has that URI, or the kwargs can't become its request.
 */
export function previewRequest(
  config: LoadedConfig,
  uri: string,
  realm: string | undefined,
  kwargs: Readonly<Record<string, unknown>>,
  deps: PreviewDeps,
): Preview {
  const { service, procedure: found } = findProcedure(config, uri, realm);
  const procedure = maskProcedure(found);
  const base = baseUrlForShow(service.settings);
  const credential = describeCredential(service.settings);
  const caller = { session: 1, authid: 'caller-authid', authrole: 'anonymous' };
  const { request } = compileRequest(
    service,
    procedure,
    base,
    credential,
    deps,
  )({ args: [], kwargs, caller });
  return { request: credential.mask(maskSecrets(request)), service };
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
