import type { Credential } from '../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { CallerTrace } from '../../observe/tracing.js';
import type { HttpMethod, HttpRequest } from '../../upstream/http-message.js';
import type { BaseUrl } from './base-url.js';
import { compileBody } from './body.js';
import { BadRequest, type Call, type IncomingCall } from './call.js';
import { kwargNames } from './fill-template.js';
import { compileHeaders } from './headers.js';
import { compileIdempotency } from './idempotency.js';
import { type IsOwned, ownedFields, ownedParameters } from './owned-names.js';
import { compilePath } from './path.js';
import { compileQuery, queryNames, queryPairs, TOO_LONG, withoutNames } from './query.js';
import {
  HEADERS_KWARG,
  isRemaining,
  type RemainingRule,
  refuseRemaining,
  remainingKwargs,
} from './remaining.js';
import { splitKwargs, type Use } from './split-kwargs.js';

export interface BuiltRequest {
  readonly request: HttpRequest;
  /** True if it may be sent more than once. */
  readonly replayable: boolean;
  /** The trace context in the caller's `_headers`. The request does not contain it. */
  readonly callerTrace: CallerTrace | undefined;
}

/**
 * Builds the HTTP request of a call. Pure, except for an idempotency key. Throws {@link
 * BadRequest}.
 */
export type RequestBuilder = (call: IncomingCall) => BuiltRequest;

export interface RequestDeps {
  readonly uuid: () => string;
  readonly userAgent: string;
}

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
  const { settings } = procedure;
  const { realm, remaining } = settings;
  const method = settings.method.toUpperCase() as HttpMethod;
  const maxLine = service.settings['pool.max_request_line_size'] - method.length;
  const path = compilePath(base, service.settings.prefix, settings.path, realm, maxLine);
  const query = compileQuery(
    settings.query.filter(({ name }) => !credential.ownedQuery.includes(name)),
    realm,
    maxLine,
  );
  const headers = compileHeaders({
    entries: settings.headers.filter(({ name }) => !credential.ownedHeaders.includes(name.toLowerCase())),
    cookies: credential.ownedHeaders.includes('cookie') ? [] : settings.cookies,
    owned: credential.ownedHeaders,
    callerHeaders: service.settings.caller_headers,
    isJsonObject: settings.body_whole === undefined && (settings.body.length > 0 || remaining === 'body'),
    max: service.settings['pool.max_request_header_size'],
    userAgent: deps.userAgent,
    realm,
  });
  const body = compileBody(settings.body_whole, settings.body, realm);
  const idempotency = compileIdempotency(method, settings.idempotency_header, deps.uuid);
  const literalQuery = withoutNames(path.literalQuery, credential.ownedQuery);
  const rule = remainingRule(procedure, literalQuery, credential.ownedQuery);
  const useOf = compileUses(procedure, rule);
  const { origin } = base;

  return (incoming) => {
    refuseArgs(incoming);
    const { args, caller } = incoming;
    const { kwargs, remainingJson } = splitKwargs(incoming.kwargs, useOf);
    const call: Call = { args, kwargs, caller };
    const filledPath = path.build(call);
    let search = joinQuery(literalQuery, query(call));
    if (remaining === 'query') search = joinQuery(search, remainingQuery(call, rule, maxLine));
    else if (remaining === 'refuse') refuseRemaining(call, rule);
    if (filledPath.length + search.length > maxLine) throw new BadRequest(TOO_LONG);
    const content = body(call, remaining === 'body' ? remainingKwargs(call, rule) : undefined, remainingJson);
    const built = headers(call, content !== undefined);
    const keyed = idempotency(built.headers);
    return {
      request: {
        method,
        origin,
        path: search === '' ? filledPath : `${filledPath}?${search}`,
        headers: keyed.headers,
        body: content,
      },
      replayable: keyed.replayable,
      callerTrace: built.callerTrace,
    };
  };
}

/**
 * Refuses positional arguments. They have no names, and ignoring them would send an incomplete
 * request.
 */
function refuseArgs(call: IncomingCall): void {
  if (call.args.length === 0) return;
  throw new BadRequest(
    'This procedure takes keyword arguments, not positional ones: ' +
      "in JavaScript session.call(uri, [], {id: 'INV-001'}), in Python session.call(uri, id='INV-001')",
  );
}

function remainingRule(
  procedure: ProcedureConfig,
  literalQuery: string,
  credential: readonly string[],
): RemainingRule {
  const { settings } = procedure;
  const named = [...settings.query, ...settings.headers, ...settings.cookies, ...settings.body];
  const templates = [settings.path, ...named.map(({ template }) => template)];
  if (settings.body_whole !== undefined) templates.push(settings.body_whole);
  const query = [...queryNames(literalQuery), ...settings.query.map(({ name }) => name), ...credential];
  const isOwned =
    settings.remaining === 'query'
      ? ownedParameters(query)
      : ownedFields(settings.body.map(({ name }) => name));
  const refusals: Refusal[] = [];
  if (settings.method.toUpperCase() === 'POST') refusals.push(steering(settings.remaining));
  if (settings.remaining === 'body' && query.length > 0) {
    const why = 'the request has a query parameter of that name, and the API could confuse the two';
    refusals.push({ refuses: ownedFields(query), why });
  }
  return {
    consumed: new Set(templates.flatMap(kwargNames)),
    isOwned: refusals.reduce(refusing, isOwned),
  };
}

/** A rule for unused kwargs that are refused, and the reason for the caller. */
interface Refusal {
  readonly refuses: IsOwned;
  readonly why: string;
}

/**
 * Like X-HTTP-Method-Override, this field changes the method of a POST in Laravel, Symfony and
 * Rails.
 */
const METHOD_FIELD = '_method';

function steering(remaining: string): Refusal {
  const why = 'it could change the method of the request';
  if (remaining === 'query') return { refuses: ownedParameters([METHOD_FIELD]), why };
  return { refuses: ownedFields([METHOD_FIELD]), why };
}

function refusing(isOwned: IsOwned, { refuses, why }: Refusal): IsOwned {
  return (name) => {
    if (isOwned(name)) return true;
    if (!refuses(name)) return false;
    throw new BadRequest(
      `The keyword argument ${JSON.stringify(name.slice(0, 100))} cannot be given: ${why}`,
    );
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
  if (remaining === 'query') return undefined;
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

function remainingQuery(call: Call, rule: RemainingRule, max: number): string {
  let query = '';
  /**
   * Characters of all names, including dropped ones, because comparing a name costs as much as
   * writing it.
   */
  let compared = 0;
  for (const name of Object.keys(call.kwargs)) {
    if (name === HEADERS_KWARG || rule.consumed.has(name)) continue;
    compared += name.length;
    if (compared > max) throw new BadRequest(TOO_LONG);
    if (isRemaining(name, rule)) query += queryPairs(name, call.kwargs[name], max - query.length);
  }
  return query;
}

/** Joins two queries, which may be empty. `pairs` starts with `&`. */
function joinQuery(query: string, pairs: string): string {
  return query === '' ? pairs.slice(1) : query + pairs;
}
