import { compileCallerValues } from '../../auth/caller-values.js';
import type { ServiceSettings } from '../../config/model.js';
import { BadRequest } from './call.js';
import type { RequestBuilder } from './request/built-request.js';

/**
 * Refuses callers for whom the service cannot fetch a token. The check is the caller's to understand,
 * so it comes before everything that depends on the state of the service.
 *
 * @returns `build` itself if all callers share one token
 */
export function refuseUnusableCallers(settings: ServiceSettings, build: RequestBuilder): RequestBuilder {
  const readValues = compileCallerValues(settings);
  if (readValues === undefined) return build;
  return (call) => {
    const values = readValues(call.caller);
    if (values.kind === 'unusable') {
      const { message, cause } = values;
      throw cause === undefined ? new BadRequest(message) : new BadRequest(message, { cause });
    }
    return build(call);
  };
}
