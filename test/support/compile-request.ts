import { describeCredential } from '../../src/auth/credential.js';
import { parseConfig } from '../../src/config/load-config.js';
import type { Call } from '../../src/gateway/pipeline/call.js';
import { renderBaseUrl } from '../../src/gateway/pipeline/request/base-url.js';
import { compileRequest } from '../../src/gateway/pipeline/request/request.js';
import { billingConf } from './billing-conf.js';
import { withStaticCredential } from './static-request.js';

export const ORIGIN = 'https://billing.example.com';
const caller = { realm: 'com.example', session: 77, authid: 'alice', authrole: 'clerk' };

/**
 * Compiles one procedure of the guide's service; a line that begins with + is a key of the service.
 */
export function compile(name: string, lines: string[] = [], baseUrl = `${ORIGIN}/api`) {
  const config = parseConfig(billingConf(baseUrl, ...lines), { env: {} });
  const service = config.services.find((each) => each.name === 'billing')!;
  const procedure = service.procedures.find((each) => each.name === name)!;
  const base = renderBaseUrl(service.settings, service.settings['auth.vars'])!;
  const credential = describeCredential(service.settings);
  const build = compileRequest(service, procedure, base, credential, {
    userAgent: 'test',
    uuid: () => 'uuid-1',
  });
  return (kwargs: Call['kwargs'], args: unknown[] = []) => {
    const { request, replayable } = build({ args, kwargs, caller });
    return { ...request, replayable, credentialed: withStaticCredential(service.settings, request) };
  };
}
export const headersOf = (headers: readonly string[]) => {
  const pairs: [string, string][] = [];
  for (let index = 0; index < headers.length; index += 2) pairs.push([headers[index]!, headers[index + 1]!]);
  return pairs;
};
export const header = (headers: readonly string[], name: string) =>
  headersOf(headers)
    .filter(([each]) => each.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
