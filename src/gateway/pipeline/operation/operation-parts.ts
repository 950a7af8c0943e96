import type { Credential } from '../../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../../config/model.js';
import type { BaseUrl } from '../request/base-url.js';
import type { RequestDeps } from '../request/built-request.js';

/** What the request of an operation depends on. */
export interface OperationParts {
  readonly service: ServiceConfig;
  readonly procedure: ProcedureConfig;
  readonly base: BaseUrl;
  readonly credential: Pick<Credential, 'ownedHeaders' | 'ownedQuery'>;
  readonly deps: RequestDeps;
}
