import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeCredential } from '../../src/auth/credential.js';
import { parseConfig } from '../../src/config/load-config.js';
import { BadRequest } from '../../src/gateway/pipeline/call.js';
import { renderBaseUrl } from '../../src/gateway/pipeline/request/base-url.js';
import { compileRequest, type RequestBuilder } from '../../src/gateway/pipeline/request/request.js';
import { parseJson } from '../../src/json.js';
import { isJsonText } from '../../src/json-text/json-text.js';
import { forEachEntry } from '../../src/json-text/object-entries.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import type { Payload } from '../../src/wamp/payload.js';
import { createJsonSerializer } from '../../src/wamp/serializers/json.js';

/** Number of sets of kwargs for each procedure; test/requests-long-run.js uses many more. */
const RUNS = Math.ceil(Number(process.env['REQUEST_SETS'] ?? 6_000) / 20);

/** All ways to build a request from kwargs. */
const PROCEDURES: Readonly<Record<string, readonly string[]>> = {
  'all in the body': ['method = post'],
  'some in the path': ['method = put', 'path = /items/{{id}}'],
  'some in headers, query and cookies': [
    'method = patch',
    'headers.X-A = {{id}}',
    'query.q = {{x}}',
    'cookies.c = v{{y}}',
  ],
  'fields of a body and the rest': [
    'method = post',
    'body.id = {{x}}',
    'body.mixed = a {{y}}',
    'body.d = {{z:-1}}',
  ],
  'a field that the path has, too': ['method = post', 'path = /items/{{id}}', 'body.id = {{id}}'],
  'one for the body': ['method = post', 'body = {{x}}'],
  'one for the body, and the rest for the query': [
    'method = post',
    'body = {{x:-none}}',
    'remaining = query',
  ],
  'fields of a body, and nothing else': [
    'method = post',
    'body.x = {{x}}',
    'body.y = {{y}}',
    'remaining = refuse',
  ],
  'a body of a GET': ['method = get', 'remaining = body'],
  'the query': ['method = get'],
};

function compile(lines: readonly string[]): RequestBuilder {
  const own = lines.map((line) => `rpc_gateway.services.s.procedures.p.${line}`);
  const conf = [
    'rpc_gateway.services.s.base_url = https://api.example.com',
    'rpc_gateway.services.s.procedures.p.uri = com.s.p',
    'rpc_gateway.services.s.procedures.p.realm = r',
    ...own,
  ];
  const [service] = parseConfig(conf.join('\n'), { env: {} }).services;
  const base = renderBaseUrl(service!.settings, service!.settings['auth.vars'])!;
  const credential = describeCredential(service!.settings);
  const deps = { userAgent: 'ua', uuid: () => 'u' };
  return compileRequest(service!, service!.procedures[0]!, base, credential, deps);
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r ');
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('id', 'x', 'y', 'z', 'q', 'd', 'mixed', '_headers') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toJSON', '', '7', '10', '\\', '"', '\0'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
);
/** A string as JSON, with some characters as escapes. */
const quoted = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.infiniteStream(fc.integer({ min: 0, max: 7 }))).map(([each, dice]) => {
    let json = '';
    for (let at = 0; at < each.length; at++) {
      const unit = each.charCodeAt(at);
      const escaped = `\\u${unit.toString(16).padStart(4, '0')}`;
      const isPlain = unit >= 0x20 && unit !== 0x22 && unit !== 0x5c && (unit < 0xd800 || unit > 0xdfff);
      json += isPlain && dice.next().value !== 0 ? each.charAt(at) : escaped;
    }
    return `"${json}"`;
  });
const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => JSON.stringify(each + 0)),
  fc.constantFrom('1.50', '1E2', '25e-1', '9007199254740993', '1e400', '-1e400', '1e308', '1'.repeat(400)),
);
const { json: anyJson } = fc.letrec<{ json: string; list: string; dict: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    quoted(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('.', '..', '\0AP8='))),
    number,
    fc.constantFrom('true', 'false', 'null', '[]', '{}', '""'),
    tie('list'),
    tie('dict'),
  ),
  list: fc.array(spaced(tie('json')), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  dict: fc.array(entry(quoted(name), tie('json')), { maxLength: 4 }).map((items) => `{${items.join(',')}}`),
}));

function spaced(json: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, json, space).map((parts) => parts.join(''));
}
function entry(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(spaced(key), spaced(value)).map(([left, right]) => `${left}:${right}`);
}

const headers = fc
  .dictionary(fc.constantFrom('X-A', 'X-B', 'Accept'), fc.oneof(fc.string(), fc.integer()))
  .map((dict) => JSON.stringify(dict));
const kwargsJson = fc
  .tuple(
    fc.array(entry(quoted(name), anyJson), { maxLength: 6 }),
    fc.array(entry(quoted(fc.constantFrom('id', 'x', 'y')), fc.oneof(number, quoted(fc.string()))), {
      maxLength: 3,
    }),
    fc.array(entry(quoted(fc.constant('_headers')), headers), { maxLength: 1 }),
  )
  .map((groups) => `{${groups.flat().join(',')}}`);

const VALUES = createJsonSerializer({ textFrom: Number.POSITIVE_INFINITY });
const TEXT = createJsonSerializer({ textFrom: 0 });

function kwargsIn(frame: Buffer, serializer: typeof VALUES): NonNullable<Payload['kwargs']> {
  const message = serializer.decode(frame);
  if (message.type !== MESSAGE.CALL || message.payload.kwargs === undefined)
    throw new Error('not such a call');
  return message.payload.kwargs;
}

/** The outcome of a call, with the body as a value. */
function outcome(
  build: RequestBuilder,
  kwargs: NonNullable<Payload['kwargs']>,
  namesOf: (body: string) => readonly string[],
): object {
  try {
    const caller = { realm: 'com.example', session: 1, authid: 'alice', authrole: 'user' };
    const { request, replayable } = build({ args: [], kwargs, caller });
    const { body } = request;
    if (body === undefined) return { ...request, replayable };
    const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
    return { ...request, replayable, body: parseJson(text), names: namesOf(text) };
  } catch (error) {
    if (error instanceof BadRequest) return { refused: error.message };
    throw error;
  }
}

/**
 * The names in a body, each as often as it is written: what else is in it may have a name twice, as
 * it came.
 */
function namesIn(body: string): string[] {
  const names: string[] = [];
  if (body.startsWith('{')) forEachEntry(Buffer.from(body), undefined, (name) => names.push(name));
  return names.toSorted();
}

it.each(Object.keys(PROCEDURES))('kwargs make the same request as text and as values: %s', (title) => {
  const lines = PROCEDURES[title] as readonly string[];
  const build = compile(lines);
  // If the body is one kwarg, its names are the caller's.
  const namesOf = lines.some((line) => line.startsWith('body = ')) ? () => [] : namesIn;
  let texts = 0;
  let left = 0;
  fc.assert(
    fc.property(kwargsJson, (json) => {
      const frame = Buffer.from(`[48,1,{},"com.s.p",[],${json}]`);
      const text = kwargsIn(frame, TEXT);
      if (isJsonText(text)) texts++;
      const asValues = outcome(build, kwargsIn(frame, VALUES), namesOf);
      if (!('refused' in asValues)) left++;
      const asText = outcome(build, text, namesOf);
      // JSON text is refused for its names first, and values for what fills the templates.
      const isRefusedByName = 'refused' in asText && /cannot be given/.test(String(asText.refused));
      if (isRefusedByName && 'refused' in asValues) return;
      if (!isDeepStrictEqual(asText, asValues)) expect(asText).toEqual(asValues);
    }),
    { numRuns: RUNS },
  );
  // If this happened for hardly any set, the test would prove little.
  expect(texts).toBeGreaterThan(RUNS / 3);
  expect(left).toBeGreaterThan(RUNS / 100);
});
