import { closest } from 'fastest-levenshtein';
import { isDictionary } from '../gateway/pipeline/fill-template.js';
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
  const call = text(from, 'call', 'the URI of a procedure');
  const found: Case = {
    name: optionalText(from, 'name') ?? call,
    call,
    realm: optionalText(from, 'realm'),
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
    authid: optionalText(from, 'authid') ?? DEFAULT_CALLER.authid,
    authrole: optionalText(from, 'authrole') ?? DEFAULT_CALLER.authrole,
    ...(from['meta'] !== undefined && { meta: dictionary(from['meta'], 'caller.meta') }),
  };
}

function readAnswer(value: unknown): CaseAnswer {
  if (value === undefined) return { status: 200, headers: {}, body: '' };
  const from = dictionary(value, 'answer', ['status', 'headers', 'body']);
  const { status = 200, body = '' } = from;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    throw new Mistake('answer.status must be an HTTP status from 200 to 599');
  return { status, headers: fields(from['headers'], 'answer.headers'), body };
}

function readRequest(value: unknown): ExpectedRequest | null | undefined {
  if (value === undefined || value === null) return value;
  const from = dictionary(value, 'request', ['method', 'path', 'headers', 'body']);
  const { headers } = from;
  return {
    ...(from['method'] !== undefined && { method: text(from, 'method', 'an HTTP method') }),
    ...(from['path'] !== undefined && { path: text(from, 'path', 'a path') }),
    ...(headers !== undefined && { headers: fields(headers, 'request.headers') }),
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
    uri: text(from, 'uri', 'the URI of an error'),
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

function text(from: Dict, key: string, what: string): string {
  const found = optionalText(from, key);
  if (found === undefined) throw new Mistake(`${key} is missing: ${what}`);
  return found;
}

function optionalText(from: Dict, key: string): string | undefined {
  const value = from[key];
  if (value === undefined || typeof value === 'string') return value;
  throw new Mistake(`${key} must be text`);
}

/** YAML reads `1` as a number, but the value of a field is text. */
function fields(value: unknown, what: string): Record<string, string> {
  if (value === undefined) return {};
  return Object.fromEntries(
    Object.entries(dictionary(value, what)).map(([name, field]) => {
      if (field === null && what === 'request.headers') return [name, null as unknown as string];
      if (typeof field === 'string' || typeof field === 'number' || typeof field === 'boolean')
        return [name, String(field)];
      throw new Mistake(`${what}.${name} must be text`);
    }),
  );
}
