import { parse as parseQuery } from 'node:querystring';
import { parse as parseQs } from 'qs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { operationOf, refusalOf, withParameters } from '../../support/operations.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

/** The values of the table in OpenAPI 3.1.1 section 4.8.12.4. */
const TEXT = 'blue';
const LIST = ['blue', 'black', 'brown'];
const OBJECT = { R: 100, G: 200, B: 150 };

const PATH: readonly [style: string, explode: boolean, text: string, list: string, object: string][] = [
  ['simple', false, 'blue', 'blue,black,brown', 'R,100,G,200,B,150'],
  ['simple', true, 'blue', 'blue,black,brown', 'R=100,G=200,B=150'],
  ['label', false, '.blue', '.blue,black,brown', '.R,100,G,200,B,150'],
  ['label', true, '.blue', '.blue.black.brown', '.R=100.G=200.B=150'],
  ['matrix', false, ';color=blue', ';color=blue,black,brown', ';color=R,100,G,200,B,150'],
  ['matrix', true, ';color=blue', ';color=blue;color=black;color=brown', ';R=100;G=200;B=150'],
];
const QUERY: readonly [style: string, explode: boolean, text: string, list: string, object: string][] = [
  ['form', false, 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150'],
  ['form', true, 'color=blue', 'color=blue&color=black&color=brown', 'R=100&G=200&B=150'],
  ['spaceDelimited', false, 'color=blue', 'color=blue%20black%20brown', 'color=R%20100%20G%20200%20B%20150'],
  ['pipeDelimited', false, 'color=blue', 'color=blue%7Cblack%7Cbrown', 'color=R%7C100%7CG%7C200%7CB%7C150'],
  [
    'deepObject',
    true,
    'color=blue',
    'color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown',
    'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150',
  ],
];

const inPlace = (place: string, more: object) => ({ name: 'color', in: place, ...more });

describe('a path parameter', () => {
  it.each(PATH)(
    'with style %s and explode %s is written as OpenAPI shows it',
    (style, explode, text, list, object) => {
      const call = operationOf(withParameters('/{color}', inPlace('path', { style, explode })), 'api.get');
      const written = [TEXT, LIST, OBJECT].map((color) => call({ color }).path);
      expect(written).toEqual([`/${text}`, `/${list}`, `/${object}`]);
    },
  );

  it.each(PATH)('with style %s and explode %s cannot leave its segment', (style, explode) => {
    const call = operationOf(withParameters('/a/{color}/b', inPlace('path', { style, explode })), 'api.get');
    for (const color of ['x/y', ['x/y', 'z'], { 'k/?#': 'v/;,=.' }]) {
      const { path } = call({ color });
      expect(path.split('/')).toHaveLength(4);
      expect(path).not.toMatch(/[?#]/);
    }
    for (const color of ['', '.', '..', '../x', 'x/../y', ['../x'], { a: '../x' }, [], {}, [[]], null]) {
      expect(refusalOf(() => call({ color }))).toMatch(/color/);
    }
  });

  it('with style label cannot become a dot segment', () => {
    const call = operationOf(withParameters('/{color}', inPlace('path', { style: 'label' })), 'api.get');
    for (const color of ['.', '', '..']) expect(refusalOf(() => call({ color }))).toContain('color');
  });
});

describe('a query parameter', () => {
  it.each(QUERY)(
    'with style %s and explode %s is written as OpenAPI shows it',
    (style, explode, text, list, object) => {
      const call = operationOf(withParameters('/', inPlace('query', { style, explode })), 'api.get');
      const written = [TEXT, LIST, OBJECT].map((color) => call({ color }).path);
      expect(written).toEqual([`/?${text}`, `/?${list}`, `/?${object}`]);
      expect([call({ color: [] }).path, call({ color: {} }).path, call({ color: null }).path]).toEqual([
        '/',
        '/',
        '/',
      ]);
      expect(call({ color: '' }).path).toBe('/?color=');
    },
  );

  it('with allowReserved keeps reserved characters, but not those that end a value', () => {
    const color = ":/?#[]@!$&'()*+,;= %";
    const call = operationOf(withParameters('/', inPlace('query', { allowReserved: true })), 'api.get');
    const { path } = call({ color });
    expect(path).toBe("/?color=:/?%23[]@!$%26'()*%2B,;%3D%20%25");
    expect(parseQuery(path.slice(2))).toEqual({ color });
  });

  it('without explode tells a comma in an item from one between items', () => {
    const call = operationOf(
      withParameters('/', inPlace('query', { explode: false, allowReserved: true })),
      'api.get',
    );
    expect(call({ color: ['a,b', 'c'] }).path).toBe('/?color=a%2Cb,c');
  });

  it('with content is JSON', () => {
    const content = { 'application/json': { schema: { type: 'object' } } };
    const call = operationOf(withParameters('/', inPlace('query', { content })), 'api.get');
    const color = { a: [1, null, { b: 'ü&=' }] };
    expect(JSON.parse(String(parseQuery(call({ color }).path.slice(2))['color']))).toEqual(color);
  });

  it('that its style cannot say is refused, and named', () => {
    for (const style of ['form', 'spaceDelimited', 'pipeDelimited']) {
      const call = operationOf(withParameters('/', inPlace('query', { style })), 'api.get');
      for (const color of [[[1]], [{ a: 1 }], { a: [1] }, { a: { b: 1 } }, new Uint8Array(1), Number.NaN]) {
        expect(refusalOf(() => call({ color }))).toContain('The keyword argument "color" has a value that');
      }
    }
  });

  it.each([
    ['spaceDelimited', 'a b', 'a space'],
    ['pipeDelimited', 'a|b', 'a vertical bar'],
  ])('with style %s cannot have an item that a server would split', (style, item, shown) => {
    const write = (explode: boolean) =>
      operationOf(withParameters('/', inPlace('query', { style, explode })), 'api.get');
    expect(refusalOf(() => write(false)({ color: ['c', item] }))).toContain(`has an item with ${shown}`);
    expect(refusalOf(() => write(false)({ color: { [item]: 1 } }))).toContain(`has an item with ${shown}`);
    const sent = parseQuery(write(true)({ color: ['c', item] }).path.slice(2));
    expect(sent).toEqual({ color: ['c', item] });
    expect(write(false)({ color: item }).path).toContain('/?color=a%');
  });

  it('cannot replace a parameter of the configuration, whatever names its object has', () => {
    const lines = ['+query.tenant = mine'];
    const call = operationOf(withParameters('/', inPlace('query', {})), 'api.get', { lines });
    expect(call({ color: { R: 1 } }).path).toBe('/?tenant=mine&R=1');
    for (const name of ['tenant', 'Tenant', 'tenant[]']) {
      expect(refusalOf(() => call({ color: { [name]: 'other' } }))).toContain('that the configuration sets');
    }
  });

  it('cannot make the request line too long', () => {
    const lines = ['+pool.max_request_line_size = 1KB'];
    for (const [style, explode] of QUERY) {
      const call = operationOf(withParameters('/', inPlace('query', { style, explode })), 'api.get', {
        lines,
      });
      for (const color of ['x'.repeat(1100), Array(200).fill('abcde'), { ['x'.repeat(1100)]: 1 }]) {
        expect(refusalOf(() => call({ color }))).toContain('pool.max_request_line_size');
      }
    }
  });
});

describe('a header parameter', () => {
  const call = (explode: boolean) =>
    operationOf(withParameters('/', { name: 'X-Color', in: 'header', explode }), 'api.get');

  it('is written as OpenAPI shows it', () => {
    const written = [false, true].map((explode) =>
      [TEXT, LIST, OBJECT].map((color) => call(explode)({ 'X-Color': color }).headers['x-color']),
    );
    expect(written).toEqual([
      ['blue', 'blue,black,brown', 'R,100,G,200,B,150'],
      ['blue', 'blue,black,brown', 'R=100,G=200,B=150'],
    ]);
    expect(call(true)({ 'X-Color': 'a, b' }).headers['x-color']).toBe('a, b');
  });

  it('refuses items with a comma, line breaks, and what is no Latin-1', () => {
    for (const color of [['a,b'], { a: 'b,c' }, { 'a=b': 'c' }]) {
      expect(refusalOf(() => call(true)({ 'X-Color': color }))).toContain('X-Color');
    }
    for (const color of ['a\r\nX: y', ['a\nb'], 'ƒ']) {
      expect(refusalOf(() => call(true)({ 'X-Color': color }))).toContain('Header X-Color contains');
    }
  });

  it('with content is JSON in ASCII', () => {
    const content = { 'application/json': {} };
    const json = operationOf(withParameters('/', { name: 'X-Color', in: 'header', content }), 'api.get');
    expect(json({ 'X-Color': { a: 'ü€' } }).headers['x-color']).toBe('{"a":"\\u00fc\\u20ac"}');
  });
});

describe('a cookie parameter', () => {
  it.each([
    [false, ['color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150']],
    [true, ['color=blue', 'color=blue; color=black; color=brown', 'R=100; G=200; B=150']],
  ])('with explode %s can be read by a server', (explode, wanted) => {
    const call = operationOf(withParameters('/', inPlace('cookie', { explode })), 'api.get');
    expect([TEXT, LIST, OBJECT].map((color) => call({ color }).headers['cookie'])).toEqual(wanted);
  });

  it('cannot start another cookie, or replace one of the configuration', () => {
    const lines = ['+cookies.session = mine'];
    const call = operationOf(withParameters('/', inPlace('cookie', {})), 'api.get', { lines });
    expect(call({ color: 'a; session=b' }).headers['cookie']).toBe('session=mine; color=a%3B%20session=b');
    for (const color of [{ session: 'b' }, { 'a; session': 'b' }]) {
      expect(refusalOf(() => call({ color }))).toContain('color');
    }
  });
});

describe('collectionFormat of OpenAPI 2.0', () => {
  it.each([
    ['csv', 'a,b'],
    ['ssv', 'a%20b'],
    ['tsv', 'a%09b'],
    ['pipes', 'a%7Cb'],
    ['multi', 'a&color=b'],
    [undefined, 'a,b'],
  ])('%s is written as %s', (collectionFormat, wanted) => {
    const parameter = inPlace('query', { type: 'array', items: { type: 'string' }, collectionFormat });
    const document = {
      swagger: '2.0',
      paths: { '/': { get: { operationId: 'get', parameters: [parameter], responses: {} } } },
    };
    const call = operationOf(document, 'api.get');
    expect(call({ color: ['a', 'b'] }).path).toBe(`/?color=${wanted}`);
    expect(refusalOf(() => call({ color: 'a' }))).toContain('must be a list');
  });
});

it('null leaves no gap in a list of the style deepObject', () => {
  const call = operationOf(withParameters('/', inPlace('query', { style: 'deepObject' })), 'api.get');
  expect(call({ color: { a: [null, 1, null, [null, 2]] } }).path).toBe(
    '/?color%5Ba%5D%5B0%5D=1&color%5Ba%5D%5B1%5D%5B0%5D=2',
  );
});

describe('a request through the gateway', () => {
  let folder: TemporaryFolder;
  let fixture: GatewayFixture;
  beforeAll(async () => {
    folder = createTemporaryFolder();
    const parameters = [
      inPlace('query', { name: 'filter', style: 'deepObject' }),
      inPlace('query', { name: 'tags' }),
    ];
    folder.write('api.json', JSON.stringify(withParameters('/things', ...parameters)));
    fixture = await openGatewayFixture({
      conf: (url) => `
rpc_gateway.services.api.base_url = ${url}
rpc_gateway.services.api.openapi.file = ${folder.path}/api.json
rpc_gateway.services.api.openapi.realm = com.example.myrealm
listeners.main.port = 0`,
    });
  });
  afterAll(async () => {
    await fixture.close();
    folder.remove();
  });

  it('is read by the parser qs as it was meant', async () => {
    const filter = {
      price: { gte: '10', in: ['1', '2'] },
      deep: [{ a: ['x&y=z'] }, { b: 'ü' }],
      'odd]name[': '1',
    };
    const tags = ['a', 'b c', '+', '100%'];
    await fixture.caller.call('api.get', { filter, tags });
    const { url } = fixture.upstream.requests.at(-1)!;
    const { filter: read, ...others } = parseQs(url.split('?')[1] ?? '', {
      depth: 10,
      allowPrototypes: true,
    });
    expect(others).toEqual({ tags });
    expect(read).toMatchObject({ price: filter.price, deep: filter.deep });
  });
});
