import { parse as parseForm } from 'node:querystring';
import busboy from 'busboy';
import { parse as parseQs } from 'qs';
import { describe, expect, it } from 'vitest';
import { api, type BuiltCall, noticesOf, operationOf, refusalOf } from '../../support/operations.js';

const text = { type: 'string' };
/** A service needs a procedure. */
const OTHER = ['+procedures.other.uri = api.other', '+procedures.other.realm = com.example'];
const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

function withContent(content: object): unknown {
  return api({ '/': { post: { operationId: 'post', requestBody: { required: true, content } } } });
}

/** One field of the body for each schema, with the encoding object of the field. */
function fields(type: string, properties: object, encoding: object = {}): unknown {
  return withContent({ [type]: { schema: { type: 'object', properties }, encoding } });
}

interface Part {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly filename?: string | undefined;
}

function partsOf({ headers, bytes }: BuiltCall): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const parser = busboy({ headers: { 'content-type': headers['content-type'] }, defParamCharset: 'utf8' });
  parser.on('field', (name, value, { mimeType }) => parts.push({ name, value, type: mimeType }));
  parser.on('file', (name, stream, { filename, mimeType }) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () =>
      parts.push({ name, value: Buffer.concat(pieces).toString('latin1'), type: mimeType, filename }),
    );
  });
  return new Promise((resolve, reject) => {
    parser.on('close', () => resolve(parts)).on('error', reject);
    parser.end(bytes);
  });
}

describe('the headers of a part', () => {
  const encoding = {
    file: {
      contentType: 'image/png',
      headers: {
        'X-Kind': { $ref: '#/components/headers/Kind' },
        'X-Version': { schema: { enum: [2] } },
        'Content-Type': { schema: { const: 'text/html' } },
        'content-disposition': { schema: { const: 'inline' } },
        'X-Free': { required: true, schema: { type: 'string' } },
        'X-Split': { schema: { const: 'a\r\nX-Evil: 1' } },
      },
    },
    note: { headers: { 'X-Kind': { schema: { $ref: '#/components/schemas/Kind' } } } },
  };
  const document = (type: string) => ({
    ...(fields(type, { file: { format: 'binary' }, note: text, other: text }, encoding) as object),
    components: {
      headers: { Kind: { schema: { $ref: '#/components/schemas/Kind' } } },
      schemas: { Kind: { const: 'logo' } },
    },
  });

  it('are those whose value the document fixes', () => {
    const { bytes } = operationOf(document(MULTIPART), 'api.post')({ file: 'PNG', note: 'n', other: 'o' });
    const heads = bytes!.toString().split('--uuid-1').slice(1, -1);
    expect(heads.map((part) => part.trim().split('\r\n'))).toEqual([
      [
        'Content-Disposition: form-data; name="file"; filename="file"',
        'Content-Type: image/png',
        'X-Kind: logo',
        'X-Version: 2',
        '',
        'PNG',
      ],
      ['Content-Disposition: form-data; name="note"', 'X-Kind: logo', '', 'n'],
      ['Content-Disposition: form-data; name="other"', '', 'o'],
    ]);
  });

  it('that are not sent are named, with the reason', () => {
    expect(noticesOf(document(MULTIPART))).toEqual([
      expect.stringMatching(
        /^\/etc\/api\.json:\d+: POST \/: the header "X-Free" of the part "file" is not sent, because the document does not fix/,
      ),
      expect.stringContaining(
        'the header "X-Split" of the part "file" is not sent, because HTTP does not allow',
      ),
    ]);
    expect(noticesOf(document(MULTIPART), { lines: ['+openapi.exclude = post', ...OTHER] })).toEqual([]);
    expect(noticesOf(document(FORM))).toEqual([]);
  });
});

describe('the body of an operation', () => {
  it('has the first media type of JSON, form, multipart, bytes and text', () => {
    const types = ['text/plain', 'image/png', MULTIPART, FORM, 'application/vnd.a+json', 'application/json'];
    const sent = types.map((_, index) => {
      const schema = { type: 'object', properties: { a: text } };
      const content = Object.fromEntries(types.slice(0, index + 1).map((type) => [type, { schema }]));
      const kwargs = index < 2 ? { body: 'x' } : { a: 'x' };
      const built = operationOf(withContent(content), 'api.post')(kwargs);
      return [built.headers['content-type'], index === 2 ? '…' : built.body];
    });
    expect(sent).toEqual([
      ['text/plain; charset=utf-8', 'x'],
      ['image/png', 'x'],
      ['multipart/form-data; boundary=uuid-1', '…'],
      [FORM, 'a=x'],
      ['application/vnd.a+json', '{"a":"x"}'],
      ['application/json', '{"a":"x"}'],
    ]);
  });

  it('has a type that callers cannot change', () => {
    const built = operationOf(
      fields(FORM, { a: text }),
      'api.post',
    )({
      a: '1',
      _headers: { 'Content-Type': 'application/json' },
    });
    expect(built.headers['content-type']).toBe(FORM);
  });

  it('of a range of media types has one of them', () => {
    const sent = ['*/*', 'application/*', 'text/*', 'image/*'].map((type) => {
      const call = operationOf(withContent({ [type]: {} }), 'api.post');
      return call({ body: 'x' }).headers['content-type'];
    });
    expect(sent).toEqual([
      'application/json',
      'application/json',
      'text/plain; charset=utf-8',
      'application/octet-stream',
    ]);
  });

  it('of bytes is what the caller gives', () => {
    const call = operationOf(withContent({ 'application/octet-stream': {} }), 'api.post');
    expect(call({ body: new Uint8Array([0, 255]) }).bytes).toEqual(Buffer.from([0, 255]));
    expect(call({ body: '\0AP8=' }).bytes).toEqual(Buffer.from([0, 255]));
    expect(refusalOf(() => call({ body: { a: 1 } }))).toBe(
      'The keyword argument "body" must be bytes or text',
    );
  });

  it('of text is what the caller gives', () => {
    const call = operationOf(withContent({ 'text/csv': {} }), 'api.post');
    expect(call({ body: 'ü;1' }).bytes).toEqual(Buffer.from('ü;1'));
    for (const body of [{ a: 1 }, new Uint8Array(1)]) {
      expect(refusalOf(() => call({ body }))).toBe('The keyword argument "body" must be text');
    }
  });
});

describe('a form', () => {
  it('repeats the name of a list, and has other values as JSON', () => {
    const properties = { tags: {}, nested: {}, deep: {}, plain: {} };
    const kwargs = { tags: ['a', 'b&c=d'], nested: { a: 'ü' }, deep: [{ a: 1 }], plain: 'x y+z' };
    const { body } = operationOf(fields(FORM, properties), 'api.post')(kwargs);
    expect(parseForm(body!)).toEqual({
      tags: ['a', 'b&c=d'],
      nested: '{"a":"ü"}',
      deep: '[{"a":1}]',
      plain: 'x y+z',
    });
  });

  it('obeys the encoding object', () => {
    const properties = { items: {}, meta: {}, list: {}, colors: {}, data: {} };
    const call = operationOf(
      fields(FORM, properties, {
        items: { style: 'deepObject', explode: true },
        meta: { style: 'form', explode: false },
        list: { style: 'pipeDelimited', explode: false },
        colors: { style: 'form' },
        data: { contentType: 'application/json' },
      }),
      'api.post',
    );
    const items = [{ price: 'p_1', tags: ['a', 'b'] }, { price: 'p_2' }];
    const kwargs = { items, meta: { a: '1' }, list: ['x', 'y'], colors: { R: '1' }, data: ['z'] };
    expect(parseQs(call(kwargs).body!, { depth: 10 })).toEqual({
      items,
      meta: 'a,1',
      list: 'x|y',
      R: '1',
      data: '["z"]',
    });
  });

  it('has fields that the configuration sets', () => {
    const lines = ['+procedures.post.body.tenant = mine'];
    const document = fields(FORM, { tenant: text, a: {} }, { a: { style: 'form' } });
    const call = operationOf(document, 'api.post', { lines });
    expect(call({ a: { b: '1' } }).body).toBe('b=1&tenant=mine');
    expect(refusalOf(() => call({ a: { Tenant: '1' } }))).toContain('that the configuration sets');
    expect(refusalOf(() => call({ tenant: '1' }))).toContain('"tenant"');
  });

  it('of OpenAPI 2.0 comes from formData, with its collectionFormat', () => {
    const parameters = [
      { name: 'a', in: 'formData', type: 'array', items: text, collectionFormat: 'multi', required: true },
      { name: 'b', in: 'formData', type: 'array', items: text },
      { name: 'c', in: 'formData', type: 'integer' },
    ];
    const document = { swagger: '2.0', paths: { '/': { post: { operationId: 'post', parameters } } } };
    const call = operationOf(document, 'api.post');
    expect(call({ a: ['1', '2'], b: ['3', '4'], c: 5 }).body).toBe('a=1&a=2&b=3,4&c=5');
    expect(refusalOf(() => call({ c: 5 }))).toBe('Missing required keyword argument: a (field of the body)');
    expect(refusalOf(() => call({ a: '1' }))).toBe('The keyword argument "a" must be a list');
  });

  it('without named fields takes a dictionary', () => {
    const call = operationOf(withContent({ [FORM]: { schema: { type: 'object' } } }), 'api.post');
    expect(call({ body: { a: ['1', '2'] } }).body).toBe('a=1&a=2');
    expect(refusalOf(() => call({ body: 'a=1' }))).toBe('The keyword argument "body" must be a dictionary');
  });
});

describe('a multipart body', () => {
  const binary = { type: 'string', format: 'binary' };

  it('has files, JSON and text', async () => {
    const document = fields(MULTIPART, {
      file: binary,
      files: { type: 'array', items: binary },
      meta: {},
      n: {},
    });
    const call = operationOf(document, 'api.post');
    const parts = await partsOf(
      call({
        file: 'text of a file',
        files: [new Uint8Array([255]), { data: 'x', filename: 'ü.txt', content_type: 'text/csv' }],
        meta: { a: 1 },
        n: [1, true],
      }),
    );
    const byName = (name: string) => parts.filter((part) => part.name === name);
    expect(byName('file')).toEqual([
      { name: 'file', value: 'text of a file', type: 'text/plain', filename: 'file' },
    ]);
    expect(byName('files')).toEqual([
      { name: 'files', value: '\xff', type: 'application/octet-stream', filename: 'files' },
      { name: 'files', value: 'x', type: 'text/csv', filename: 'ü.txt' },
    ]);
    expect(byName('meta')).toEqual([{ name: 'meta', value: '{"a":1}', type: 'application/json' }]);
    expect(byName('n').map(({ value }) => value)).toEqual(['1', 'true']);
  });

  it('obeys the encoding object', async () => {
    const properties = { image: binary, csv: text, json: {}, list: {}, object: {}, deep: {} };
    const call = operationOf(
      fields(MULTIPART, properties, {
        image: { contentType: 'image/png' },
        csv: { contentType: 'text/csv' },
        json: { contentType: 'application/json' },
        list: { style: 'spaceDelimited', explode: false },
        object: { style: 'form', explode: true },
        deep: { style: 'deepObject', explode: true },
      }),
      'api.post',
    );
    const kwargs = { image: new Uint8Array([1]), csv: 'a;b', json: 'x', list: ['a', 'b'], object: { R: 1 } };
    const parts = await partsOf(call({ ...kwargs, deep: { a: [1] } }));
    expect(parts.map(({ name, value, type }) => [name, value, type]).sort()).toEqual([
      ['R', '1', 'text/plain'],
      ['csv', 'a;b', 'text/csv'],
      ['deep[a][0]', '1', 'text/plain'],
      ['image', '\u0001', 'image/png'],
      ['json', '"x"', 'application/json'],
      ['list', 'a b', 'text/plain'],
    ]);
  });

  it('has one boundary, whatever the document shows', async () => {
    const schema = { type: 'object', properties: { a: text } };
    for (const boundary of ['abc', '"a b"', 'abc; charset=utf-8']) {
      const call = operationOf(
        withContent({ [`multipart/form-data; Boundary=${boundary}`]: { schema } }),
        'api.post',
      );
      const built = call({ a: 'x' });
      expect(built.headers['content-type']?.match(/boundary=[^;]*/gi)).toEqual(['boundary=uuid-1']);
      expect(await partsOf(built)).toMatchObject([{ name: 'a', value: 'x' }]);
    }
  });

  it('has no more headers than its parts need, whatever contentType says', () => {
    const encoding = { a: { contentType: 'text/plain\r\nX-Evil: 1' } };
    const call = operationOf(fields(MULTIPART, { a: text }, encoding), 'api.post');
    expect(call({ a: 'x' }).body).not.toContain('X-Evil');
  });

  it('cannot have an item with a comma where commas separate items', () => {
    const encoding = { list: { style: 'form', explode: false } };
    const call = operationOf(fields(MULTIPART, { list: { type: 'array' } }, encoding), 'api.post');
    expect(refusalOf(() => call({ list: ['a,b', 'c'] }))).toContain('has an item with a comma');
    expect(call({ list: ['a', 'c'] }).body).toContain('\r\n\r\na,c\r\n');
  });

  it('of OpenAPI 2.0 has a file of type file', async () => {
    const parameters = [
      { name: 'file', in: 'formData', type: 'file' },
      { name: 'a', in: 'formData', type: 'string' },
    ];
    const document = { swagger: '2.0', paths: { '/': { post: { operationId: 'post', parameters } } } };
    const parts = await partsOf(operationOf(document, 'api.post')({ file: '\0AQ==', a: 'b' }));
    expect(parts.find(({ name }) => name === 'file')).toMatchObject({ value: '\u0001', filename: 'file' });
    expect(parts.find(({ name }) => name === 'a')).toMatchObject({ value: 'b' });
  });
});
