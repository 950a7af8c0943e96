import { closest } from 'fastest-levenshtein';
import { isDictionary } from '../gateway/pipeline/request/fill-template.js';
import { DocumentError } from '../openapi/read/document-error.js';
import { parseDocument } from '../openapi/read/parse-document.js';
import type { Case, CaseAnswer, ExpectedOutcome, ExpectedRequest } from './case.js';

/** The cases of a file, or every mistake in it. */
export type ReadCases =
  | { readonly kind: 'cases'; readonly cases: readonly Case[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] };

type Dict = Readonly<Record<string, unknown>>;

const CASE_KEYS = ['name', 'call', 'realm', 'kwargs', 'caller', 'answer', 'request', 'result', 'error'];
const DEFAULT_CALLER = { session: 1, authid: 'caller-authid', authrole: 'anonymous' };

/** Thrown for a mistake in a case. */
class Mistake extends Error {}

/**
 * Reads a file with a list of cases, in YAML or JSON.
 *
 * @param text the content of the file
 */
export function readCases(text: string): ReadCases {
  let value: unknown;
  try {
    ({ value } = parseDocument(text, 'unique'));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return {
      kind: 'mistakes',
      mistakes: [`${error.line > 0 ? `line ${error.line}: ` : ''}${error.message}`],
    };
  }
  if (!Array.isArray(value))
    return { kind: 'mistakes', mistakes: ['the file must hold a list of cases: - name: …'] };
  if (value.length === 0) return { kind: 'mistakes', mistakes: ['the list of cases is empty; add a case'] };
  const cases: Case[] = [];
  const mistakes: string[] = [];
  for (const [index, item] of value.entries()) {
    try {
      cases.push(readCase(item));
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(`case ${index + 1}${nameOf(item)}: ${error.message}`);
    }
  }
  return mistakes.length > 0 ? { kind: 'mistakes', mistakes } : { kind: 'cases', cases };
}

const nameOf = (item: unknown): string =>
  isDictionary(item) && typeof item['name'] === 'string' ? ` (${item['name']})` : '';

function readCase(item: unknown): Case {
  const from = dictionary(item, 'a case', CASE_KEYS);
  const call = textAt('call', from['call']);
  const found: Case = {
    name: optionalTextAt('name', from['name']) ?? call,
    call,
    realm: optionalTextAt('realm', from['realm']),
    kwargs: from['kwargs'] === undefined ? {} : dictionary(from['kwargs'], 'kwargs'),
    caller: readCaller(from['caller']),
    answer: readAnswer(from['answer']),
    request: readRequest(from['request']),
    outcome: readOutcome(from),
  };
  if (found.request === undefined && found.outcome.kind === 'any')
    throw new Mistake('checks nothing; add request, result or error');
  return found;
}

function readCaller(value: unknown): Case['caller'] {
  if (value === undefined) return DEFAULT_CALLER;
  const from = dictionary(value, 'caller', ['session', 'authid', 'authrole', 'meta']);
  const { session = DEFAULT_CALLER.session } = from;
  if (typeof session !== 'number') throw new Mistake('caller.session must be a number');
  return {
    session,
    authid: optionalTextAt('caller.authid', from['authid']) ?? DEFAULT_CALLER.authid,
    authrole: optionalTextAt('caller.authrole', from['authrole']) ?? DEFAULT_CALLER.authrole,
    ...(from['meta'] !== undefined && { meta: dictionary(from['meta'], 'caller.meta') }),
  };
}

function readAnswer(value: unknown): CaseAnswer {
  if (value === undefined) return { status: 200, headers: {}, body: '' };
  const from = dictionary(value, 'answer', ['status', 'headers', 'body']);
  const { status = 200, body = '' } = from;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    throw new Mistake('answer.status must be an HTTP status from 200 to 599');
  return { status, headers: answeredHeaders(from['headers']), body };
}

function readRequest(value: unknown): ExpectedRequest | null | undefined {
  if (value === undefined || value === null) return value;
  const from = dictionary(value, 'request', ['method', 'path', 'headers', 'body']);
  const { headers } = from;
  return {
    ...(from['method'] !== undefined && { method: textAt('request.method', from['method']) }),
    ...(from['path'] !== undefined && { path: textAt('request.path', from['path']) }),
    ...(headers !== undefined && { headers: expectedHeaders(headers) }),
    ...(Object.hasOwn(from, 'body') && { body: from['body'] }),
  };
}

function readOutcome({ result, error }: Dict): ExpectedOutcome {
  if (result !== undefined && error !== undefined) throw new Mistake('has both result and error');
  if (result !== undefined)
    return { kind: 'result', parts: dictionary(result, 'result', ['status', 'body', 'headers', 'more']) };
  if (error === undefined) return { kind: 'any' };
  if (typeof error === 'string') return { kind: 'error', uri: error, parts: {} };
  const from = dictionary(error, 'error', ['uri', 'kwargs']);
  const { kwargs = {} } = from;
  return {
    kind: 'error',
    uri: textAt('error.uri', from['uri']),
    parts: dictionary(kwargs, 'error.kwargs'),
  };
}

/** @param keys the known ones. Default: any */
function dictionary(value: unknown, what: string, keys?: readonly string[]): Dict {
  if (!isDictionary(value)) throw new Mistake(`${what} must be a dictionary`);
  for (const key of Object.keys(value)) {
    if (keys === undefined || keys.includes(key)) continue;
    throw new Mistake(
      `${what} has no key ${JSON.stringify(key.slice(0, 100))}; did you mean ${closest(key.slice(0, 100), keys)}?`,
    );
  }
  return value;
}

/** @param place the key with those around it, as in `request.path` */
function textAt(place: string, value: unknown): string {
  const found = optionalTextAt(place, value);
  if (found === undefined) throw new Mistake(`${place} is missing`);
  return found;
}

function optionalTextAt(place: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new Mistake(`${place} must be text`);
}

function answeredHeaders(value: unknown): CaseAnswer['headers'] {
  if (value === undefined) return {};
  const all = Object.entries(dictionary(value, 'answer.headers'));
  return Object.fromEntries(all.map(([name, field]) => [name, fieldText(field, `answer.headers.${name}`)]));
}

function expectedHeaders(value: unknown): NonNullable<ExpectedRequest['headers']> {
  const all = Object.entries(dictionary(value, 'request.headers'));
  return Object.fromEntries(
    all.map(([name, field]) => [name, field === null ? null : fieldText(field, `request.headers.${name}`)]),
  );
}

/** YAML reads `1` as a number, but the value of a field is text. */
function fieldText(value: unknown, place: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new Mistake(`${place} must be text`);
}
