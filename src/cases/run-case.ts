import type { LoadedConfig, ProcedureConfig, ServiceConfig } from '../config/model.js';
import { isSecretName } from '../config/secret-names.js';
import type { Reply } from '../gateway/pipeline/reply/reply.js';
import { withNames } from '../gateway/shown-variables.js';
import { callOffline, type OfflineDeps, type OfflineOutcome } from '../gateway/trials/offline-call.js';
import { parseJson, stringifyJson } from '../json.js';
import type { HttpRequest, HttpResponse } from '../upstream/http-message.js';
import type { Case, CaseAnswer, ExpectedOutcome, ExpectedRequest } from './case.js';
import { differences, shown } from './differences.js';

/** @returns how the outcome differs from what the case expects. Empty if it does not */
export async function runCase(
  config: LoadedConfig,
  one: Case,
  deps: OfflineDeps,
): Promise<readonly string[]> {
  const found = findProcedure(config, one);
  if (found === undefined) {
    const where = one.realm === undefined ? '' : ` in the realm ${one.realm}`;
    return [`the configuration has no procedure ${one.call}${where}`];
  }
  const { kwargs, caller } = one;
  const outcome = await callOffline({ ...found, kwargs, caller, answer: responseOf(one.answer) }, deps);
  return [...judgeRequest(one.request, outcome), ...judgeOutcome(one.outcome, outcome.reply)];
}

function findProcedure(
  { services }: LoadedConfig,
  { call, realm }: Case,
): { readonly service: ServiceConfig; readonly procedure: ProcedureConfig } | undefined {
  for (const service of services) {
    for (const procedure of service.procedures) {
      const { settings } = procedure;
      if (settings.uri === call && (realm === undefined || settings.realm === realm))
        return { service, procedure };
    }
  }
  return undefined;
}

function responseOf({ status, headers, body }: CaseAnswer): HttpResponse {
  const isText = typeof body === 'string';
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  const fields = hasType || body === '' ? headers : { ...headers, 'content-type': type };
  return {
    status,
    headers: Object.entries(fields).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
    body: Buffer.from(isText ? body : stringifyJson(body)),
  };
}

function judgeRequest(
  expected: ExpectedRequest | null | undefined,
  { request, reply }: OfflineOutcome,
): readonly string[] {
  if (expected === undefined) return [];
  if (expected === null)
    return request === undefined
      ? []
      : [`request: expected none, got ${request.method} ${withNames(request.path)}`];
  if (request === undefined) return [`request: none was sent, because the caller got ${describe(reply)}`];
  const found: string[] = [];
  const { method, path } = expected;
  if (method !== undefined)
    found.push(...differences(method.toUpperCase(), request.method, 'request.method'));
  if (path !== undefined) found.push(...differences(path, withNames(request.path), 'request.path'));
  for (const [name, value] of Object.entries(expected.headers ?? {}))
    found.push(...judgeHeader(name, value, request));
  if (Object.hasOwn(expected, 'body')) found.push(...judgeBody(expected.body, request.body));
  return found;
}

function judgeHeader(name: string, expected: string | null, { headers }: HttpRequest): readonly string[] {
  const values = headers
    .filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name.toLowerCase())
    .map(withNames);
  const actual = values.length === 0 ? null : values.join(', ');
  const found = differences(expected, actual, `request.headers.${name}`);
  // The value may come from the environment.
  return found.length > 0 && isSecretName(name) ? [`request.headers.${name}: is not as expected`] : found;
}

function judgeBody(expected: unknown, body: HttpRequest['body']): readonly string[] {
  const text = body === undefined ? '' : withNames(Buffer.from(body as string).toString());
  if (typeof expected === 'string') return differences(expected, text, 'request.body');
  if (text === '') return differences(expected, null, 'request.body');
  try {
    return differences(expected, parseJson(text), 'request.body');
  } catch {
    return [`request.body: expected ${shown(expected)}, got ${shown(text)}`];
  }
}

function judgeOutcome(expected: ExpectedOutcome, reply: Reply): readonly string[] {
  switch (expected.kind) {
    case 'any':
      return [];
    case 'result':
      if (reply.kind !== 'result') return [`expected a result, got ${describe(reply)}`];
      return judgeParts(expected.parts, partsOf(reply), 'result');
    case 'error':
      if (reply.kind === 'result') return [`expected the error ${expected.uri}, got ${describe(reply)}`];
      return [
        ...differences(expected.uri, reply.uri, 'error.uri'),
        ...judgeParts(expected.parts, partsOf(reply), 'error.kwargs'),
      ];
  }
}

/** Compares the given parts only. */
function judgeParts(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] {
  return Object.entries(expected).flatMap(([key, value]) =>
    differences(value, Object.hasOwn(actual, key) ? actual[key] : undefined, `${path}.${key}`),
  );
}

/** The kwargs that the caller gets. */
function partsOf(reply: Reply): Readonly<Record<string, unknown>> {
  if (reply.kind === 'failure') return reply.kwargs;
  const { status, headers } = reply;
  const extra = reply.kind === 'result' ? reply.extra : undefined;
  return { status, body: bodyOf(reply), ...(headers !== undefined && { headers }), ...extra };
}

function bodyOf({ body }: Exclude<Reply, { kind: 'failure' }>): unknown {
  switch (body.kind) {
    case 'json':
      return parseJson(Buffer.from(body.json).toString());
    case 'text':
      return body.text;
    case 'utf8':
      return body.utf8.toString();
    case 'bytes':
      return `\0${Buffer.from(body.bytes).toString('base64')}`;
  }
}

function describe(reply: Reply): string {
  if (reply.kind === 'result') return `a result with the status ${reply.status}`;
  if (reply.kind === 'error') return `the error ${reply.uri} with the status ${reply.status}`;
  return `the error ${reply.uri}: ${String(reply.kwargs['message'])}`;
}
