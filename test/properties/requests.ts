import fc from 'fast-check';
import { describeCredential } from '../../src/auth/credential.js';
import { parseConfig } from '../../src/config/load-config.js';
import { BadRequest } from '../../src/gateway/pipeline/call.js';
import { renderBaseUrl } from '../../src/gateway/pipeline/request/base-url.js';
import { compileRequest, type RequestBuilder } from '../../src/gateway/pipeline/request/request.js';
import type { HttpRequest } from '../../src/upstream/http-message.js';
import { withStaticCredential } from '../support/static-request.js';

/** Shared by the property test and by the long run, `requests-long.ts`. */

const CONF = `
rpc_gateway.services.s.base_url = https://api.example.com:8443/base/v1?tenant=t1
rpc_gateway.services.s.headers.X-User = {{caller.authid}}
rpc_gateway.services.s.query.version = 2
rpc_gateway.services.s.auth.vars.token = t0ken
rpc_gateway.services.s.auth.apply.placement = query_param
rpc_gateway.services.s.auth.apply.name = api_key
rpc_gateway.services.s.procedures.get.uri = com.s.get
rpc_gateway.services.s.procedures.get.realm = r
rpc_gateway.services.s.procedures.get.path = /items/{{id}}/parts/{{part}}.json
rpc_gateway.services.s.procedures.post.uri = com.s.post
rpc_gateway.services.s.procedures.post.realm = r
rpc_gateway.services.s.procedures.post.method = post
rpc_gateway.services.s.procedures.post.path = /items/{{id}}/parts/x-{{part}}
rpc_gateway.services.s.procedures.post.cookies.sid = {{sid}}
rpc_gateway.services.s.procedures.post.headers.X-Mixed = a {{id}} b
rpc_gateway.services.s.procedures.post.body.kind = {{part}}
`;

/**
 * The path that each procedure's request must have, whatever its variables hold: one segment for
 * each.
 */
const SHAPES: Readonly<Record<string, RegExp>> = {
  get: /^\/base\/v1\/items\/[^/?#\\]+\/parts\/[^/?#\\]+\.json$/,
  post: /^\/base\/v1\/items\/[^/?#\\]+\/parts\/x-[^/?#\\]+$/,
};
const ORIGIN = 'https://api.example.com:8443';
const FORBIDDEN =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;

export interface Subject {
  readonly name: string;
  readonly build: RequestBuilder;
}

export function subjects(): Subject[] {
  const config = parseConfig(CONF, { env: {} });
  const service = config.services[0]!;
  const base = renderBaseUrl(service.settings, service.settings['auth.vars'])!;
  const credential = describeCredential(service.settings);
  return service.procedures.map((procedure) => {
    const build = compileRequest(service, procedure, base, credential, { userAgent: 'ua', uuid: () => 'u' });
    return {
      name: procedure.name,
      build(call) {
        const built = build(call);
        return { ...built, request: withStaticCredential(service.settings, built.request) as HttpRequest };
      },
    };
  });
}

const nasty = fc.constantFrom(
  '..',
  '.',
  '',
  '/',
  '//',
  '\\',
  '%2e%2e',
  '%2F',
  '../../admin',
  '..;/',
  '?x=1',
  '#f',
  '@evil.example.com',
  'http://evil.example.com/',
  '\r\nHost: evil.example.com',
  '\0',
  '{{realm}}',
  '\ud800',
  '\u202e',
  '．．',
  'api_key',
);
const text = fc.oneof(
  nasty,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.tuple(nasty, fc.string(), nasty).map((parts) => parts.join('')),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.bigInt()) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.array(fc.oneof(text, fc.integer(), fc.constant(null)), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.object({ maxDepth: 2, withBigInt: false }) },
);
const headerName = fc.oneof(
  fc.constantFrom(
    'X-User',
    'x-user',
    'Host',
    'Content-Length',
    'Cookie',
    'Accept',
    'X-A',
    'TE',
    'Proxy-X',
    'a b',
    '',
  ),
  text,
);
const plainHeaders = fc.dictionary(fc.constantFrom('X-User', 'x-user', 'Accept', 'X-A'), fc.string(), {
  maxKeys: 3,
});
const headers = fc.oneof(plainHeaders, fc.dictionary(headerName, value, { maxKeys: 4 }), value);
// Mostly values that a path accepts, so that many requests are sent and checked.
const segment = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: value });
const name = fc.oneof(
  fc.constantFrom('version', 'tenant', 'api_key', '__proto__', 'kind', 'sid', 'caller.authid', 'realm'),
  text,
);

export const kwargsArbitrary: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    {
      id: segment,
      part: segment,
      _headers: headers,
      rest: fc.array(fc.tuple(name, value), { maxLength: 3 }),
    },
    { requiredKeys: ['id', 'part'] },
  )
  .map(({ rest = [], ...given }) => {
    const kwargs: Record<string, unknown> = Object.create(null);
    for (const [key, each] of rest) kwargs[key] = each;
    return Object.assign(kwargs, given);
  });

/**
 * Builds one request and checks it as a server would see it.
 *
 * @returns whether a request was sent. Throws if the template does not allow that request.
 */
export function checkRequest(subject: Subject, kwargs: Record<string, unknown>): boolean {
  let request: HttpRequest;
  try {
    const caller = { realm: 'com.example', session: 1, authid: 'alice', authrole: 'user' };
    request = subject.build({ args: [], kwargs, caller }).request;
  } catch (error) {
    if (error instanceof BadRequest) return false;
    throw error;
  }
  demand(request.origin === ORIGIN, 'another origin');
  demand(/^[\x21-\x7e]+$/.test(request.path), 'a path that no request line can hold');
  demand(!request.path.includes('%00'), 'U+0000 in a path or query');
  const url = new URL(request.origin + request.path);
  demand(url.origin === ORIGIN && url.username === '', 'a path that changes the origin');
  // A URL parser writes an apostrophe in a query as %27 (WHATWG URL §1.3), which means the same.
  const same = url.pathname + url.search === request.path.replace(/(?<=\?.*)'/g, '%27');
  demand(same && url.hash === '', 'a path that a URL parser reads otherwise');
  demand((SHAPES[subject.name] as RegExp).test(url.pathname), 'a path of another shape');
  for (const [key, only] of [
    ['version', '2'],
    ['tenant', 't1'],
    ['api_key', 't0ken'],
  ] as const) {
    demand(url.searchParams.getAll(key).join() === only, `query parameter ${key} set by the caller`);
  }
  const fields = new Map<string, string[]>();
  for (let index = 0; index < request.headers.length; index += 2) {
    const field = request.headers[index] as string;
    const content = request.headers[index + 1] as string;
    demand(
      /^[\w!#$%&'*+.^`|~-]+$/.test(field) && /^[\t\x20-\x7e\x80-\xff]*$/.test(content),
      'a broken header',
    );
    demand(!FORBIDDEN.test(field), `header ${field} set by the caller`);
    fields.set(field.toLowerCase(), [...(fields.get(field.toLowerCase()) ?? []), content]);
  }
  demand(!fields.get('cookie')?.join().includes('%00'), 'U+0000 in a cookie');
  demand(fields.get('x-user')?.join() === 'alice', 'a forged X-User');
  if (request.body !== undefined) {
    demand(subject.name === 'post', 'a body on a GET');
    const body = JSON.parse(String(request.body)) as Record<string, unknown>;
    demand(
      typeof body === 'object' && !('_headers' in body) && !('id' in body),
      'a consumed kwarg in the body',
    );
  }
  return true;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`a request left with ${what}`);
}
