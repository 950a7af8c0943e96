import type { Credential } from '../../auth/credential.js';
import type { ProcedureConfig } from '../../config/model.js';
import { foldFieldName } from '../../config/types/http-fields.js';
import type { TracedProcedure } from '../../observe/tracing.js';
import type { CallSubject } from './call-log.js';

/** The facts about a procedure in spans. They are those of its lines in the log. */
export function tracedProcedure(
  { service, settings }: ProcedureConfig,
  credential: Pick<Credential, 'ownedHeaders'>,
  { host, path }: CallSubject,
): TracedProcedure {
  const owned = [...settings.headers.map(({ name }) => name), ...credential.ownedHeaders].map(foldFieldName);
  return {
    service,
    procedure: settings.uri,
    realm: settings.realm,
    method: settings.method.toUpperCase(),
    host,
    path,
    adds: { traceparent: !owned.includes('traceparent'), tracestate: !owned.includes('tracestate') },
  };
}
