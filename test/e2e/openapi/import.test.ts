import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command.js';
import { type ImportPair, importPair } from '../../support/import-pair.js';
import { kwargsFor } from '../../support/odd-kwargs.js';
import { api, withBody, withParameters } from '../../support/operations.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
beforeAll(() => {
  folder = createTemporaryFolder();
});
afterAll(() => folder.remove());

function imported(document: unknown, ...words: readonly string[]): Promise<ImportPair> {
  return importPair(folder.write('api.json', JSON.stringify(document)), words);
}

/** The lines of the only procedure, without their prefix and without `uri`, `realm` and `remaining`. */
function linesOf({ out }: ImportPair): readonly string[] {
  return out
    .split('\n')
    .flatMap((line) => /^rpc_gateway\.services\.api\.procedures\.[^.]+\.(.*)$/.exec(line)?.[1] ?? [])
    .filter((line) => !/^(?:uri|realm|remaining) /.test(line));
}

/** Compares both configurations for generated and odd kwargs. */
function expectSameRequests({ pairs, defs }: ImportPair): void {
  for (const { uri, operation, compare } of pairs) {
    const found = kwargsFor(operation, defs?.defs ?? {}, 24).map(compare);
    expect(found.filter(({ kind }) => kind === 'different')).toEqual([]);
    expect(
      found.some(({ kind }) => kind === 'same'),
      `${uri} sends a request: ${found[2]?.why}`,
    ).toBe(true);
  }
}

/** `$` and a brace in one text would look like a mistake. */
const DOLLAR = '$';
const text = { type: 'string' };
const texts = { type: 'array', items: text };
const anyObject = { type: 'object' };
const query = (schema: unknown, more: object = {}) =>
  withParameters('/things', { name: 'q', in: 'query', schema, ...more });
const parameter = (place: string, schema: unknown, more: object = {}) =>
  withParameters(place === 'path' ? '/things/{p}/x' : '/things', {
    name: 'p',
    in: place,
    required: place === 'path',
    schema,
    ...more,
  });
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const post = (type: string, media: object, more: object = {}) =>
  api({
    '/things': {
      post: { operationId: 'post', requestBody: { content: { [type]: media }, ...more }, responses: {} },
    },
  });
const FORM = 'application/x-www-form-urlencoded';
const form = (properties: object, media: object = {}) => post(FORM, { schema: object(properties), ...media });
const multipart = (properties: object, media: object = {}) =>
  post('multipart/form-data', { schema: object(properties), ...media });
const accepting = (type: string) =>
  api({
    '/a': { get: { operationId: 'get', responses: { 200: { description: '', content: { [type]: {} } } } } },
  });

describe('rpc-gateway import says in plain keys', () => {
  it.each<[what: string, document: unknown, lines: readonly string[]]>([
    [
      'an operation without kwargs',
      api({ '/': { head: { operationId: 'h' } } }),
      ['method = head', 'path = /'],
    ],
    ['a variable of the path', parameter('path', text), ['path = /things/{{p}}/x']],
    ['an undelimited path of 2.0', parameter('path', { type: 'integer' }), ['path = /things/{{p}}/x']],
    [
      'odd characters of a path',
      withParameters(
        '/a b/%41%zz/$ü/{id}:go.{x}',
        ...['id', 'x'].map((name) => ({ name, in: 'path', required: true, schema: text })),
      ),
      ['path = "/a%20b/%41%25zz/$%C3%BC/{{id}}:go.{{x}}"'],
    ],
    [
      'a dollar sign before a variable',
      withParameters(`/${DOLLAR}{id}`, { name: 'id', in: 'path', required: true, schema: text }),
      [`path = "/${DOLLAR}{{id}}"`],
    ],
    [
      'a query in the path',
      withParameters('/a?b=c%20d', { name: 'q', in: 'query', schema: text }),
      ['path = /a?b=c%20d', 'query.q = {{q}}'],
    ],
    ['a fragment in the path', withParameters('/a#Action=x'), ['path = /a']],
    ['a text in the query', query(text), ['path = /things', 'query.q = {{q}}']],
    ['a list that repeats', query(texts), ['path = /things', 'query.q = {{q}}']],
    [
      'a list with commas',
      query(texts, { explode: false }),
      ['path = /things', 'query.q = {{q}}', 'query_style = comma'],
    ],
    [
      'an exploded delimited list',
      query(texts, { style: 'pipeDelimited', explode: true }),
      ['path = /things', 'query.q = {{q}}'],
    ],
    [
      'a number with a delimiter',
      query({ type: ['number', 'null'] }, { style: 'spaceDelimited' }),
      ['path = /things', 'query.q = {{q}}'],
    ],
    [
      'deepObject',
      query(anyObject, { style: 'deepObject', explode: true }),
      ['path = /things', 'query.q = {{q}}', 'query_style = indices'],
    ],
    [
      'deepObject of anything',
      query({}, { style: 'deepObject', explode: true }),
      ['path = /things', 'query.q = {{q}}', 'query_style = indices'],
    ],
    ['a header', parameter('header', { type: 'boolean' }), ['path = /things', 'headers.p = {{p}}']],
    ['a cookie', parameter('cookie', text), ['path = /things', 'cookies.p = {{p}}']],
    [
      'another Accept',
      accepting('text/xml; charset=utf-8'),
      ['path = /a', 'headers.Accept = "text/xml; charset=utf-8"'],
    ],
    [
      'fields of JSON',
      withBody(
        object({ a: text, 'b.c': {}, __proto__x: anyObject, when: { readOnly: true } }, { required: ['a'] }),
      ),
      [
        'method = post',
        'path = /things',
        'body.a = {{a}}',
        'body.b.c = {{b.c}}',
        'body.__proto__x = {{__proto__x}}',
      ],
    ],
    [
      'an optional body',
      withBody(object({ a: texts }), {}),
      ['method = post', 'path = /things', 'body.a = {{a}}'],
    ],
    ['a whole JSON body', withBody(texts), ['method = post', 'path = /things', 'body = {{body}}']],
    ['a free form', withBody(anyObject), ['method = post', 'path = /things', 'body = {{body}}']],
    [
      'a body that is always empty',
      form({}, { schema: { ...object({}), additionalProperties: false } }),
      ['method = post', 'path = /things'],
    ],
    [
      'another JSON type',
      post('application/merge-patch+json', { schema: object({ a: text }) }),
      [
        'method = post',
        'path = /things',
        'body_content_type = application/merge-patch+json',
        'body.a = {{a}}',
      ],
    ],
    [
      'a form',
      form({ a: text, list: texts, none: { type: ['null', 'integer'] } }),
      [
        'method = post',
        'path = /things',
        'body_encoding = form',
        `body_content_type = ${FORM}`,
        'body.a = {{a}}',
        'body.list = {{list}}',
        'body.none = {{none}}',
      ],
    ],
    [
      'a form in the style deepObject',
      form(
        { a: anyObject, b: texts },
        {
          encoding: Object.fromEntries(
            ['a', 'b'].map((name) => [name, { style: 'deepObject', explode: true }]),
          ),
        },
      ),
      [
        'method = post',
        'path = /things',
        'body_encoding = form',
        `body_content_type = ${FORM}`,
        'body.a = {{a}}',
        'body.b = {{b}}',
        'query_style = indices',
      ],
    ],
    [
      'several parts',
      multipart({ a: text, b: anyObject, c: { type: 'array', items: anyObject } }),
      [
        'method = post',
        'path = /things',
        'body_encoding = multipart',
        'body.a = {{a}}',
        'body.b = {{b}}',
        'body.c = {{c}}',
      ],
    ],
    [
      'text',
      post('text/csv', { schema: text }),
      [
        'method = post',
        'path = /things',
        'body_encoding = text',
        'body_content_type = "text/csv; charset=utf-8"',
        'body = {{body}}',
      ],
    ],
    [
      'text of an odd type',
      post('application/x-yaml', { schema: text }),
      [
        'method = post',
        'path = /things',
        'body_encoding = raw',
        'body_content_type = application/x-yaml',
        'body = {{body}}',
      ],
    ],
    [
      'bytes',
      post('image/png', {}),
      [
        'method = post',
        'path = /things',
        'body_encoding = raw',
        'body_content_type = image/png',
        'body = {{body}}',
      ],
    ],
    [
      'a kwarg with the prefix of its place',
      withParameters(
        '/{id}',
        { name: 'id', in: 'path', required: true, schema: text },
        { name: 'id', in: 'query', schema: text },
        { name: 'id', in: 'header', schema: text },
      ),
      ['path = /{{id}}', 'query.id = {{query_id}}', 'headers.id = {{header_id}}'],
    ],
  ])('%s', async (_what, document, lines) => {
    const pair = await imported(document);
    expect(linesOf(pair)).toEqual(lines);
    expect(pair.lines.notices).toEqual([]);
    expect(pair.err).toBe('1 operation in plain keys\n');
    expectSameRequests(pair);
  });
});

describe('rpc-gateway import leaves to the document', () => {
  it.each<[what: string, document: unknown, reason: string]>([
    ['a label', parameter('path', text, { style: 'label' }), 'its path parameter "p" has the style label'],
    ['a list in the path', parameter('path', texts), 'its path parameter "p" can be a list'],
    ['anything in the path', parameter('path', {}), 'its path parameter "p" can be a list or an object'],
    ['a list in a header', parameter('header', texts), 'its header parameter "p" can be a list'],
    ['an object in a cookie', parameter('cookie', anyObject), 'its cookie parameter "p" can be an object'],
    ['an object in the query', query(anyObject), 'can be an object, which the style form flattens'],
    [
      'anything in the query',
      query({}),
      'has no type, so it can be an object, which the style form flattens',
    ],
    [
      'a list with another delimiter',
      query(texts, { style: 'pipeDelimited', explode: false }),
      'has the style pipeDelimited',
    ],
    ['allowReserved', query(text, { allowReserved: true }), 'has allowReserved'],
    [
      'JSON in the query',
      withParameters('/a', { name: 'q', in: 'query', content: { 'application/json': { schema: text } } }),
      'its query parameter "q" is JSON',
    ],
    [
      'a kwarg that no variable can name',
      withParameters('/a', { name: 'q[]', in: 'query', schema: texts }),
      'needs the kwarg "q[]", which a template cannot name',
    ],
    [
      'a kwarg of the name realm',
      withParameters('/a', { name: 'realm', in: 'query', schema: text }),
      'needs the kwarg "realm"',
    ],
    [
      'a kwarg of the name caller.authid',
      withParameters('/a', { name: 'caller.authid', in: 'query', schema: text }),
      'needs the kwarg "caller.authid"',
    ],
    [
      'a kwarg of the name vars.x',
      withParameters('/a', { name: 'vars.x', in: 'query', schema: text }),
      'needs the kwarg "vars.x"',
    ],
    [
      'two forms of lists',
      withParameters(
        '/a',
        { name: 'a', in: 'query', schema: texts },
        { name: 'b', in: 'query', schema: texts, explode: false },
      ),
      'its lists need both query_style = repeat and query_style = comma',
    ],
    [
      'a parameter in the query of the path',
      withParameters('/a?Q=1', { name: 'q', in: 'query', schema: text }),
      'its query parameter "q" is in the query of its path or of base_url',
    ],
    [
      'a variable in the query of the path',
      withParameters('/a?q={q}', { name: 'q', in: 'path', required: true, schema: text }),
      'its path has a variable in its query',
    ],
    [
      'a required body without required fields',
      withBody(object({ a: text })),
      'so a call without fields sends an empty body',
    ],
    [
      'a body with further fields',
      withBody({ ...object({ a: text }), additionalProperties: true }),
      'its body takes fields that the document does not name',
    ],
    [
      'a name that is no key',
      withBody(object({ 'a b': text }), {}),
      'the field "a b" of its body has a name that a key cannot hold',
    ],
    [
      'a JSON type that the key refuses',
      post('application/vnd.x.json', { schema: text }),
      'its body has the media type "application/vnd.x.json"',
    ],
    [
      'a file',
      multipart({ f: { type: 'string', format: 'binary' } }),
      'the field "f" of its body is a file even if its value is text',
    ],
    [
      'a part with its own type',
      multipart({ f: text }, { encoding: { f: { contentType: 'text/csv' } } }),
      'the field "f" of its body has an encoding object',
    ],
    [
      'an object in a form',
      form({ f: anyObject }),
      'can be an object or a list of objects, which is JSON in a form',
    ],
    [
      'a list of anything in a form',
      form({ f: { type: 'array' } }),
      'can be an object or a list of objects, which is JSON in a form',
    ],
    [
      'JSON in a form',
      form({ f: text }, { encoding: { f: { contentType: 'application/json' } } }),
      'the field "f" of its body is JSON in a form',
    ],
    [
      'a form without fields',
      post(FORM, { schema: anyObject }),
      'its body is a form whose fields the document does not name',
    ],
  ])('%s', async (_what, document, reason) => {
    const pair = await imported(document);
    expect(linesOf(pair)).toEqual([]);
    expect(pair.out).toContain(reason);
    expect(pair.err).toContain(reason);
    expect(pair.err).toMatch(/api\.json:\d+: (?:GET|POST) \S+: stays with openapi\.include: /);
    expect(pair.lines.notices).toEqual([]);
    expectSameRequests(pair);
  });
});

describe('rpc-gateway import', () => {
  it('takes a text of the document as one line of a comment', async () => {
    const summary =
      'One\r\nrpc_gateway.services.api.base_url = https://evil.example\u2028# ' +
      `${DOLLAR}{HOME} {{x}} "'\u0000\u001b[31m${'x'.repeat(300)}`;
    const operation = { operationId: 'get', summary, deprecated: true };
    const info = { title: 'Title\ninclude /etc/passwd', version: '1' };
    const pair = await imported({ ...api({ '/a': { get: operation } }), info });
    const lines = pair.out.split('\n');
    expect(lines.filter((line) => line !== '' && !/^(?:#|rpc_gateway\.services\.api\.)/.test(line))).toEqual(
      [],
    );
    expect(pair.out).not.toMatch(/^(?:rpc_gateway\S*base_url = https:\/\/evil|include)/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must have none
    expect(pair.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028]/);
    expect(pair.lines.services[0]?.settings.base_url.source).toBe('https://api.example.com/base');
    expect(pair.lines.notices).toEqual([]);
  });

  it('quotes odd names of operations, and selects each that stays by a pattern of its own', async () => {
    const kept = [{ name: 'q', in: 'query', schema: anyObject }];
    const ids = [
      'a.b',
      'a_b',
      'a',
      'tag:x',
      'get /p1',
      'a,b',
      `it's`,
      '"x"',
      `${DOLLAR}{HOME}`,
      ' x',
      'ü*',
      '#',
    ];
    const paths = Object.fromEntries(
      ids.flatMap((operationId, index) => [
        [`/p${index}`, { get: { operationId, tags: ['x'] } }],
        [
          `/p${index}/k,"'${DOLLAR}{k}`,
          {
            get: {
              operationId: `${operationId}!`,
              parameters: [...kept, { name: 'k', in: 'path', required: true, schema: text }],
            },
          },
        ],
      ]),
    );
    const pair = await imported(api(paths));
    expect(pair.pairs.filter(({ isKept }) => isKept)).toHaveLength(ids.length);
    expect(pair.pairs).toHaveLength(2 * ids.length);
    expectSameRequests(pair);
  });

  it('prints the same lines each time, and changes only those of an operation that changes', async () => {
    const document = (path: string) =>
      api({
        '/a': { get: { operationId: 'a' } },
        [path]: { get: { operationId: 'b' } },
        '/c': { get: { operationId: 'c', parameters: [{ name: 'q', in: 'query', schema: anyObject }] } },
      });
    const [first, again, other] = [
      await imported(document('/b')),
      await imported(document('/b')),
      await imported(document('/d')),
    ];
    expect(again.out).toBe(first.out);
    expect(other.out).toBe(first.out.replace('path = /b', 'path = /d'));
  });
});

describe('a hostile document', () => {
  it('is imported or kept, however its schemas and names are nested', async () => {
    const branches = Array.from({ length: 5 }, () => ({ $ref: '#/components/schemas/cycle' }));
    const document = form({ f: { $ref: '#/components/schemas/cycle' } });
    const list = { type: 'array' };
    const components = { schemas: { cycle: { ...list, anyOf: branches, oneOf: branches } } };
    const { pairs } = await imported({ ...(document as object), components });
    expect(pairs.map(({ isKept }) => isKept)).toEqual([true]);
  });

  it('has ten thousand operations with the same name in keys, or without a pattern', async () => {
    const parameters = [{ name: 'q', in: 'query', schema: anyObject }];
    const paths = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => {
        const operationId = String.fromCharCode(0x4e00 + index);
        return index % 2 === 0
          ? [`/${index}`, { get: { operationId } }]
          : [`/${index}"'`, { get: { operationId: `${operationId}*`, parameters } }];
      }),
    );
    const file = folder.write('many.json', JSON.stringify(api(paths)));
    const command = runCommand(['import', file, '--base-url', 'https://a']);
    expect(await command.ended).toBe(0);
    expect(command.err()).toMatch(
      /\n5000 operations in plain keys, \d+ with openapi.include, \d+ left out\n$/,
    );
    expect(command.out()).toContain('procedures.__5000.uri');
  });

  it('has names like those of every object', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const parameters = names.map((name) => ({ name, in: 'query', schema: text }));
    const paths = Object.fromEntries(
      names.map((name) => [`/${name}`, { get: { operationId: name, parameters } }]),
    );
    const pair = await imported(api(paths));
    expect(pair.err).toBe('4 operations in plain keys\n');
    expectSameRequests(pair);
  });
});
