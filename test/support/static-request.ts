import { describeCredential } from '../../src/auth/credential.js';
import { createStaticCredential } from '../../src/auth/static-credential.js';
import type { ServiceSettings } from '../../src/config/model.js';
import { createCallControl } from '../../src/upstream/call-control.js';
import type { HttpRequest } from '../../src/upstream/http-message.js';
import { testVariables } from './variables.js';

/**
 * Adds a service's static credential, if it has one, to a request; the error code if there is no
 * usable credential.
 */
export function withStaticCredential(settings: ServiceSettings, request: HttpRequest): HttpRequest | string {
  const credential = describeCredential(settings);
  if (credential.kind === 'none') return request;
  const pending = settings['auth.secrets.vars'].size > 0;
  const variables = testVariables(pending ? undefined : Object.fromEntries(settings['auth.vars']));
  const outcome = createStaticCredential(credential, variables).apply(request, createCallControl(0), 0);
  if (outcome instanceof Promise) throw new Error('a static credential is there at once');
  return outcome.kind === 'ready' ? outcome.request : outcome.code;
}
