import type { ServiceSettings } from '../config/model.js';
import { sourceForShow } from '../config/types/template.js';
import type { TracedRequests } from '../observe/tracing.js';

/** The facts about the token requests of a service in spans. Variables stay names, without values. */
export function tracedTokenRequest(service: string, settings: ServiceSettings): TracedRequests {
  const url = settings['auth.fetch.url'];
  const [, scheme, host = '', path] =
    /^(https?):\/\/([^/?]*)([^?]*)/i.exec(url === undefined ? '' : sourceForShow(url)) ?? [];
  const hasPort = /:[^:\]]+$/.test(host);
  return {
    service,
    method: settings['auth.fetch.method'].toUpperCase(),
    host: hasPort ? host : `${host}:${scheme?.toLowerCase() === 'http' ? 80 : 443}`,
    path,
  };
}
