import type { Operation, Parameter, ParameterPlace } from '../../../openapi/model/api-model.js';
import type { HttpMethod } from '../../../upstream/http-message.js';
import { BadRequest, type Call, type Kwargs } from '../call.js';
import type { RequestBuilder } from '../request/built-request.js';
import { completeRequest } from '../request/complete-request.js';
import { compileHeaders, type HeaderBuilder } from '../request/headers.js';
import { compileIdempotency } from '../request/idempotency.js';
import { compilePath } from '../request/path.js';
import { compileQuery, joinQuery, TOO_LONG, withoutNames } from '../request/query.js';
import { refuseArgs } from '../request/refuse-args.js';
import {
  HEADERS_KWARG,
  isRemaining,
  type RemainingRule,
  remainingKwargs,
  remainingQuery,
} from '../request/remaining.js';
import { remainingRule } from '../request/remaining-rule.js';
import { splitKwargs, type Use } from '../request/split-kwargs.js';
import { acceptOf } from './accept.js';
import { compileSchemaChecks } from './check-schemas.js';
import { compileOperationCheck } from './compile-check.js';
import { type GivenNames, givenNames } from './given-names.js';
import { compileOperationBody, type OperationContent } from './operation-body.js';
import {
  compileCookieParameters,
  compileHeaderParameters,
  compileQueryParameters,
} from './operation-parameters.js';
import type { OperationParts } from './operation-parts.js';
import { isOperationPath, operationPath, segmentsOf } from './operation-path.js';
import { createSchemaValidators, type SchemaValidators } from './schema-validators.js';
import { refuseUnknown } from './unknown-kwargs.js';

/**
 * Compiles the request of an operation. What the configuration sets takes precedence over kwargs, as
 * in other procedures.
 */
export function compileOperation(operation: Operation, parts: OperationParts): RequestBuilder {
  const { service, procedure, base, credential, deps } = parts;
  const { settings } = procedure;
  const { realm, remaining } = settings;
  const method = settings.method.toUpperCase() as HttpMethod;
  const maxLine = service.settings['pool.max_request_line_size'] - method.length;
  const isOwnPath = !isOperationPath(operation, settings.path);
  const path = isOwnPath
    ? compilePath(base, service.settings.prefix, settings.path, realm, maxLine)
    : compilePath(
        base,
        service.settings.prefix,
        operationPath(operation),
        realm,
        maxLine,
        segmentsOf(operation, maxLine),
      );
  const literalQuery = withoutNames(path.literalQuery, credential.ownedQuery);
  const given = givenNames(procedure, { literalQuery, credential, isOwnPath });
  const parameters = operation.parameters.filter((parameter) => !given.isGiven(parameter));
  const configured = compileQuery(
    settings.query.filter(({ name }) => !credential.ownedQuery.includes(name)),
    realm,
    settings.query_style,
    maxLine,
  );
  const query = compileQueryParameters(inPlace(parameters, 'query'), given.isQueryGiven);
  const mode = service.settings['openapi.validate'];
  const schemas =
    mode === 'full' ? compileSchemaChecks(parameters, operation.body, validatorsOf(parts)) : undefined;
  const content = compileOperationBody(operation, procedure, given, {
    matches: schemas?.body,
    needsFields: mode !== 'off',
  });
  const headers = compileOperationHeaders(operation, parts, { parameters, content, given });
  const idempotency = compileIdempotency(method, settings.idempotency_header, deps.uuid);
  const known = [...parameters, ...content.fields].map(({ kwarg }) => kwarg);
  const rule = remainingRule(procedure, literalQuery, credential.ownedQuery, known);
  const check = compileOperationCheck(parts, { parameters, content });
  const useOf = compileUses(parts, { parameters, content, rule });
  const frame = { method, origin: base.origin, contentType: content.type, headers, idempotency };

  return (incoming) => {
    refuseArgs(incoming);
    const { args, caller } = incoming;
    const { kwargs, remainingJson } = splitKwargs(incoming.kwargs, useOf);
    const call: Call = { args, kwargs, caller };
    if (remaining === 'refuse') refuseOthers(kwargs, rule);
    check(kwargs);
    schemas?.parameters(kwargs);
    const filledPath = path.build(call);
    let search = joinQuery(literalQuery, configured(call));
    search = joinQuery(search, query(kwargs, maxLine - search.length));
    if (remaining === 'query')
      search = joinQuery(search, remainingQuery(call, rule, settings.query_style, maxLine));
    if (filledPath.length + search.length > maxLine) throw new BadRequest(TOO_LONG);
    const others = remaining === 'body' ? remainingKwargs(call, rule) : undefined;
    const boundary = content.hasBoundary ? deps.uuid() : '';
    const body = content.build(call, others, remainingJson, boundary);
    return completeRequest(frame, call, { path: filledPath, search, body, boundary });
  };
}

function validatorsOf({ service, deps }: OperationParts): SchemaValidators {
  return deps.validators ?? createSchemaValidators(service.document?.defs ?? {});
}

function inPlace(parameters: readonly Parameter[], place: ParameterPlace): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.in === place);
}

interface TakenKwargs {
  /** Without those that the configuration fills. */
  readonly parameters: readonly Parameter[];
  readonly content: OperationContent;
}

function compileOperationHeaders(
  operation: Operation,
  { service, procedure, credential, deps }: OperationParts,
  { parameters, content, given }: TakenKwargs & { readonly given: GivenNames },
): HeaderBuilder {
  const { settings } = procedure;
  const max = service.settings['pool.max_request_header_size'];
  const owned = credential.ownedHeaders;
  return compileHeaders({
    entries: settings.headers.filter(({ name }) => !owned.includes(name.toLowerCase())),
    cookies: owned.includes('cookie') ? [] : settings.cookies,
    parameters: compileHeaderParameters(inPlace(parameters, 'header')),
    cookieParameters: compileCookieParameters(inPlace(parameters, 'cookie'), given.isCookieGiven, max),
    accept: acceptOf(operation),
    owned,
    callerHeaders: service.settings.caller_headers,
    contentType: content.type,
    typeRule: content.typeRule,
    max,
    userAgent: deps.userAgent,
    realm: settings.realm,
  });
}

function refuseOthers(kwargs: Kwargs, { consumed }: RemainingRule): void {
  for (const name of Object.keys(kwargs)) {
    if (name !== HEADERS_KWARG && !consumed.has(name)) refuseUnknown(name, consumed);
  }
}

/** Compiles the use of kwargs that arrive as JSON. Those that go into the body stay JSON. */
function compileUses(
  { service, procedure, credential }: OperationParts,
  { content, rule }: TakenKwargs & { readonly rule: RemainingRule },
): ((name: string) => Use) | undefined {
  const { remaining } = procedure.settings;
  if (remaining === 'query' || !content.isJson || service.settings['openapi.validate'] === 'full') {
    return undefined;
  }
  const inTemplates = remainingRule(procedure, '', credential.ownedQuery).consumed;
  const asJson = new Set(content.fields.map(({ kwarg }) => kwarg).filter((kwarg) => !inTemplates.has(kwarg)));
  return (name) => {
    if (asJson.has(name)) return 'json';
    if (name === HEADERS_KWARG || rule.consumed.has(name)) return 'value';
    // An unknown kwarg is refused by its name, so its value is not needed.
    if (remaining !== 'body') return 'json';
    return isRemaining(name, rule) ? 'remaining' : 'dropped';
  };
}
