import type { ServiceDraft } from '../drafts.js';
import type { ReadFile } from '../syntax/includes.js';
import { checkAssertion } from './assertion-checks.js';
import { checkCredential, checkHeaderValues } from './credential-checks.js';
import { checkSecrets } from './secrets-checks.js';
import { checkServiceVariables } from './service-variable-checks.js';
import { checkSign } from './sign-checks.js';
import { checkTokenCache, checkTokenRequest } from './token-request-checks.js';
import { checkVariables } from './variable-checks.js';

/**
 * Checks the `auth.*` keys of a service against each other, and the variables in them and in
 * base_url.
 *
 * @param readFile reads the files that the configuration names
 * @param readSecret reads the files of `auth.secrets.*`
 */
export function checkAuth(service: ServiceDraft, readFile: ReadFile, readSecret: ReadFile): void {
  checkTokenRequest(service);
  checkAssertion(service, readFile);
  checkTokenCache(service);
  checkSecrets(service, readSecret);
  checkVariables(service);
  checkServiceVariables(service);
  checkCredential(service);
  checkSign(service);
  checkHeaderValues(service);
}
