import type { Credential } from '../../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../../config/model.js';
import type { HttpMethod } from '../../../upstream/http-message.js';
import { compileContent } from '../bodies/content.js';
import { BadRequest, type Call } from '../call.js';
import { compileOperation } from '../operation/compile-operation.js';
import type { BaseUrl } from './base-url.js';
import type { RequestBuilder, RequestDeps } from './built-request.js';
import { completeRequest } from './complete-request.js';
import { contentTypeRule } from './content-type-rule.js';
import { kwargNames } from './fill-template.js';
import { compileHeaders } from './headers.js';
import { compileIdempotency } from './idempotency.js';
import { compilePath } from './path.js';
import { compileQuery, joinQuery, TOO_LONG, withoutNames } from './query.js';
import { refuseArgs } from './refuse-args.js';
import {
  HEADERS_KWARG,
  isRemaining,
  type RemainingRule,
  refuseRemaining,
  remainingKwargs,
  remainingQuery,
} from './remaining.js';
import { remainingRule } from './remaining-rule.js';
import { splitKwargs, type Use } from './split-kwargs.js';

export type { BuiltRequest, RequestBuilder, RequestDeps } from './built-request.js';

/**
 * Compiles the request of a procedure once, so that a call only fills in its values.
 *
 * A caller cannot set or extend a name that the credential or the configuration sets. The
 * credential takes precedence over the configuration.
 */
export function compileRequest(
  service: ServiceConfig,
  procedure: ProcedureConfig,
  base: BaseUrl,
  credential: Pick<Credential, 'ownedHeaders' | 'ownedQuery'>,
  deps: RequestDeps,
): RequestBuilder {
  if (procedure.operation !== undefined) {
    return compileOperation(procedure.operation, { service, procedure, base, credential, deps });
  }
  const { settings } = procedure;
  const { realm, remaining, query_style: style } = settings;
  const method = settings.method.toUpperCase() as HttpMethod;
  const maxLine = service.settings['pool.max_request_line_size'] - method.length;
  const path = compilePath(base, service.settings.prefix, settings.path, realm, maxLine);
  const query = compileQuery(
    settings.query.filter(({ name }) => !credential.ownedQuery.includes(name)),
    realm,
    style,
    maxLine,
  );
  const content = compileContent(settings);
  const headers = compileHeaders({
    entries: settings.headers.filter(({ name }) => !credential.ownedHeaders.includes(name.toLowerCase())),
    cookies: credential.ownedHeaders.includes('cookie') ? [] : settings.cookies,
    owned: credential.ownedHeaders,
    callerHeaders: service.settings.caller_headers,
    contentType: content.type,
    typeRule: contentTypeRule(settings),
    max: service.settings['pool.max_request_header_size'],
    userAgent: deps.userAgent,
    realm,
  });
  const idempotency = compileIdempotency(method, settings.idempotency_header, deps.uuid);
  const literalQuery = withoutNames(path.literalQuery, credential.ownedQuery);
  const rule = remainingRule(procedure, literalQuery, credential.ownedQuery);
  const useOf = compileUses(procedure, rule);
  const frame = { method, origin: base.origin, contentType: content.type, headers, idempotency };

  return (incoming) => {
    refuseArgs(incoming);
    const { args, caller } = incoming;
    const { kwargs, remainingJson } = splitKwargs(incoming.kwargs, useOf);
    const call: Call = { args, kwargs, caller };
    const filledPath = path.build(call);
    let search = joinQuery(literalQuery, query(call));
    if (remaining === 'query') search = joinQuery(search, remainingQuery(call, rule, style, maxLine));
    else if (remaining === 'refuse') refuseRemaining(call, rule);
    if (filledPath.length + search.length > maxLine) throw new BadRequest(TOO_LONG);
    const boundary = content.hasBoundary ? deps.uuid() : '';
    const rest = remaining === 'body' ? remainingKwargs(call, rule) : undefined;
    const body = content.write(call, rest, remainingJson, boundary);
    return completeRequest(frame, call, { path: filledPath, search, body, boundary });
  };
}

/**
 * Compiles the use of kwargs that arrive as JSON. Those that go into a body unchanged stay JSON.
 */
function compileUses(
  { settings }: ProcedureConfig,
  rule: RemainingRule,
): ((name: string) => Use) | undefined {
  const { path, query, headers, cookies, body, body_whole: whole, remaining } = settings;
  if (remaining === 'query' || settings.body_encoding !== 'json') return undefined;
  const bodies = [...body.map(({ template }) => template), ...(whole === undefined ? [] : [whole])];
  const mixed = bodies.filter(({ parts }) => parts.length > 1);
  const others = [path, ...[...query, ...headers, ...cookies].map(({ template }) => template)];
  const read = new Set([HEADERS_KWARG, ...[...others, ...mixed].flatMap(kwargNames)]);
  return (name) => {
    if (read.has(name)) return 'value';
    // An unused kwarg is refused by its name, so its value is not needed.
    if (remaining !== 'body' || rule.consumed.has(name)) return 'json';
    return isRemaining(name, rule) ? 'remaining' : 'dropped';
  };
}
