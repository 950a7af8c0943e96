import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '../../../src/config/model.js';
import { api, loadApi, noticesOf, operationOf, problemsOf, urisOf } from '../../support/operations.js';

const operation = (operationId?: string, more: object = {}) => ({
  get: { operationId, responses: {}, ...more },
});

/** A document with one operation for each id, at `/0`, `/1` … */
function withIds(...ids: readonly (string | undefined)[]): unknown {
  return api(Object.fromEntries(ids.map((id, index) => [`/${index}`, operation(id)])));
}

function settingsOf(config: LoadedConfig, name: string) {
  return config.services[0]!.procedures.find((procedure) => procedure.name === name)!.settings;
}

describe('the URI of an operation', () => {
  it('is the prefix and the operationId, without what a URI cannot have', () => {
    const ids = ['getPet', 'pets/list', 'a b#c', 'a..b', '.x.', 'ünï'];
    expect(urisOf(loadApi(withIds(...ids)))).toEqual([
      'api.getPet',
      'api.pets/list',
      'api.a_b_c',
      'api.a._.b',
      'api._.x._',
      'api.ünï',
    ]);
    expect(urisOf(loadApi(withIds('x'), { lines: ['+openapi.uri_prefix = com.pets'] }))).toEqual([
      'com.pets.x',
    ]);
  });

  it('comes from the path without an operationId, or with naming = path', () => {
    const document = api({
      '/invoices/{id}/lines': { ...operation('lines'), post: {} },
      '/': operation(),
      '/a.json': operation(''),
      '/x y/{n}.{ext}/': operation(),
    });
    const fromPath = ['api.a.json.get', 'api.x_y.n.ext.get'];
    expect(urisOf(loadApi(document))).toEqual([
      'api.lines',
      'api.invoices.id.lines.post',
      'api.get',
      ...fromPath,
    ]);
    expect(urisOf(loadApi(document, { lines: ['+openapi.naming = path'] }))).toEqual([
      'api.invoices.id.lines.get',
      'api.invoices.id.lines.post',
      'api.get',
      ...fromPath,
    ]);
  });

  it('of two operations is an error that names both and shows the way out', () => {
    const document = withIds('a b', 'a#b', 'c');
    const same = [
      '/etc/api.json:15: GET /1: has the same URI as GET /0 (/etc/api.json:9); leave one out with openapi.exclude, or set openapi.naming = path',
    ];
    expect(problemsOf(document)).toEqual(same);
    // Both operations have the keys of this id.
    expect(problemsOf(document, { lines: ['+procedures.a_b.uri = api.first'] })).toEqual(same);
    expect(problemsOf(document, { lines: ['+openapi.naming = path'] })).toEqual([]);
    expect(problemsOf(document, { lines: ['+openapi.exclude = GET /1'] })).toEqual([]);
    const others = withIds('x..y', 'x._.y');
    expect(problemsOf(others)).toEqual([
      '/etc/api.json:15: GET /1: has the same URI as GET /0 (/etc/api.json:9); set procedures.x._.y.uri',
    ]);
    expect(problemsOf(others, { lines: ['+procedures.x._.y.uri = api.other'] })).toEqual([]);
  });

  it('must not be that of a procedure of the file', () => {
    const lines = ['+procedures.own.uri = api.a', '+procedures.own.realm = com.example'];
    expect(problemsOf(withIds('a'), { lines })).toEqual([
      expect.stringMatching(
        /^\/etc\/bondy\.conf:4: .*own\.uri: the same URI is already used .* at GET \/0 \(/,
      ),
    ]);
  });
});

describe('openapi.include and openapi.exclude', () => {
  const document = api({
    '/pets': {
      get: { operationId: 'listPets', tags: ['pets'] },
      post: { operationId: 'addPet', tags: ['pets', 'admin'] },
    },
    '/pets/{id}/photos': { get: { operationId: 'photos' } },
    '/a,b': { get: { operationId: 'comma' }, delete: {} },
  });
  const selected = (...lines: string[]) =>
    urisOf(loadApi(document, { lines })).map((uri) => uri.replace('api.', ''));

  it.each([
    ['listPets', ['listPets']],
    ['*Pet*', ['listPets', 'addPet']],
    ['tag:pets', ['listPets', 'addPet']],
    ['tag:admin, photos', ['addPet', 'photos']],
    ['GET /pets*', ['listPets', 'photos']],
    ['get /*/photos', ['photos']],
    ['* /pets', ['listPets', 'addPet']],
    ['"GET /a,b", photos # with a comma', ['photos', 'comma']],
    ["photos, 'DELETE /a,b'", ['photos', 'a,b.delete']],
  ])('include = %s', (patterns, wanted) => {
    expect(selected(`+openapi.include = ${patterns}`)).toEqual(wanted);
  });

  it('exclude takes away what include selects', () => {
    expect(selected('+openapi.include = tag:pets', '+openapi.exclude = POST /*')).toEqual(['listPets']);
  });

  it('warn of a pattern without a match', () => {
    const lines = ['+openapi.include = photos, tag:pet', '+openapi.exclude = "PUT /*"'];
    expect(noticesOf(document, { lines })).toEqual([
      expect.stringContaining('openapi.include: the pattern tag:pet matches no operation of the document'),
      expect.stringContaining('openapi.exclude: the pattern PUT /* matches no operation of the document'),
    ]);
  });

  it('refuse a list that is not one', () => {
    for (const list of ['"a, b', 'a,,b', 'a "b"']) {
      expect(problemsOf(document, { lines: [`+openapi.include = ${list}`] })[0]).toContain(
        'openapi.include: must be',
      );
    }
  });
});

describe('keys of a procedure from a document', () => {
  const document = api({
    '/0': operation('repos.get'),
    '/1': operation('repos.get.all'),
    '/2/{id}': operation('pets/get one#two'),
  });

  it('override single values, also with dots in the id', () => {
    const config = loadApi(document, {
      lines: [
        '+query.service = 1',
        '+procedures.repos.get.all.query.a.b = 2',
        '+procedures.repos.get.uri = api.other',
        '+procedures.repos.get.method = head',
        '+procedures.pets_get_one_two.realm = com.other',
        '+procedures.pets_get_one_two.errors.409 = com.conflict',
      ],
    });
    expect(urisOf(config)).toEqual(['api.other', 'api.repos.get.all', 'api.pets/get_one_two']);
    expect(settingsOf(config, 'repos.get').method).toBe('head');
    expect(settingsOf(config, 'repos.get.all').query.map(({ name }) => name)).toEqual(['service', 'a.b']);
    expect(settingsOf(config, 'pets_get_one_two')).toMatchObject({ realm: 'com.other', method: 'get' });
    expect(config.realms).toEqual(['com.example', 'com.other']);
  });

  it('may change the path and the body', () => {
    const lines = [
      '+procedures.pets_get_one_two.path = /x/{{key}}',
      '+procedures.pets_get_one_two.query.y = {{z}}',
    ];
    const call = operationOf(document, 'api.pets/get_one_two', { lines });
    expect(call({ key: 'k', z: 1 }).path).toBe('/x/k?y=1');
  });

  it('of another name make one more procedure', () => {
    const lines = [
      '+procedures.more.uri = api.more',
      '+procedures.more.realm = com.example',
      '+procedures.more.path = /more',
    ];
    expect(urisOf(loadApi(document, { lines }))).toContain('api.more');
  });

  it('of an operation that is left out have no effect, or make a procedure of their own', () => {
    const lines = ['+openapi.exclude = repos.*', '+procedures.repos.get.method = head'];
    expect(noticesOf(document, { lines })).toEqual([
      '/etc/bondy.conf:5: rpc_gateway.services.api.procedures.repos.get: has no effect, because the operation is left out',
    ]);
    const own = ['+procedures.repos.get.uri = api.mine', '+procedures.repos.get.realm = com.example'];
    expect(urisOf(loadApi(document, { lines: [...lines, ...own] }))).toEqual([
      'api.pets/get_one_two',
      'api.mine',
    ]);
  });

  it('report only the document if it cannot be used', () => {
    const lines = ['+procedures.repos.get.all.method = head'];
    expect(problemsOf('{}', { lines })).toHaveLength(1);
  });

  it('with a misspelt id are an error that names the id', () => {
    expect(problemsOf(document, { lines: ['+procedures.repos.gett.all.method = head'] })).toEqual([
      expect.stringContaining('did you mean rpc_gateway.services.api.procedures.repos.get.all.method?'),
    ]);
    expect(noticesOf(withIds('getPet', 'x'), { lines: ['+procedures.x.method = head'] })).toEqual([]);
  });
});

describe('the line of an operation', () => {
  it('is found in JSON, in YAML and in other files', () => {
    const remark = (document: unknown, files = {}) =>
      noticesOf(document, { files }).map((notice) => notice.split(': ')[0]);
    const ok = '  /ok: { get: {} }';
    const yaml = ['openapi: 3.1.0', 'info:', '  description: |', '    paths:', '      /a:', 'paths:', ok];
    const folded = [
      ...yaml,
      '  "/a b":',
      '    # a comment',
      '    trace:',
      '      summary: x',
      '  /b: {',
      '    trace: {} }',
    ];
    expect(remark(folded.join('\n'))).toEqual(['/etc/api.json:10', '/etc/api.json:13']);
    const json =
      '{"openapi":"3.1.0","paths":{"/ok":{"get":{}},\n"/a~b\\/":{"x":["]{",\n{"a":1}],\n\n"trace":{}}}}';
    expect(remark(json)).toEqual(['/etc/api.json:5']);
    const files = { 'paths/a.yaml': '# comment\nparameters: []\ntrace: {}\n', 'op.json': '\n\n{}' };
    const split = [...yaml, '  /a: { $ref: paths/a.yaml }', '  /b: { trace: { $ref: op.json } }'];
    expect(remark(split.join('\n'), files)).toEqual(['/etc/paths/a.yaml:3', '/etc/op.json:1']);
  });
});

describe('the document of a service', () => {
  it('that cannot be read is an error at its line', () => {
    const problem = (content: unknown, more: object = {}) => problemsOf(content, more);
    expect(problem('{"a":1}')).toEqual([
      '/etc/bondy.conf:2: rpc_gateway.services.api.openapi.file: the file is not an OpenAPI document: it has neither openapi nor swagger at its top',
    ]);
    expect(problem('openapi: 3.1.0\npaths:\n  - : [')).toEqual([
      expect.stringMatching(/^\/etc\/api\.json:3: the file is not valid YAML: /),
    ]);
    expect(problem('openapi: "1.2"')[0]).toContain('another version');
    expect(problem(undefined, { lines: ['+openapi.file = none.json'] })).toEqual([
      '/etc/bondy.conf:4: rpc_gateway.services.api.openapi.file: there is no such file',
    ]);
  });

  it('needs a realm, and is not read if the service is off', () => {
    const lines = [
      '+openapi.file = none.json',
      '+enabled = off',
      'rpc_gateway.services.b.base_url = http://b.example',
      'rpc_gateway.services.b.openapi.file = api.json',
    ];
    expect(problemsOf(withIds('a'), { lines })).toEqual([
      '/etc/bondy.conf:6: rpc_gateway.services.b.openapi.realm: is required with openapi.file (name of a realm)',
    ]);
  });

  it('has a remark if its servers have another path than base_url', () => {
    const servers = [
      { url: '/v{version}', variables: { version: { default: '2' } } },
      { url: 'https://a.example/v3/' },
    ];
    const document = { ...(withIds('a') as object), servers };
    expect(noticesOf(document)).toEqual([
      expect.stringContaining('base_url: has the path /, but the servers of the document have /v2, /v3'),
    ]);
    for (const path of ['/v2', '/v3/']) {
      expect(noticesOf(document, { baseUrl: `http://api.example.com${path}` })).toEqual([]);
    }
  });

  it('is served although a security scheme has a bad reference', () => {
    const securitySchemes = { key: { $ref: '#/nowhere' } };
    expect(problemsOf(api({ '/': { get: { operationId: 'get' } } }, { securitySchemes }))).toEqual([]);
  });

  it('has a remark for each operation with servers of its own elsewhere', () => {
    const get = (operationId: string, ...urls: string[]) => ({
      get: { operationId, ...(urls.length > 0 && { servers: urls.map((url) => ({ url })) }) },
    });
    const document = {
      ...api({
        '/a': get('plain'),
        '/b': get('path', '/v9'),
        '/c': get('same', '/v1/', 'https://other.example/v1'),
        '/d': get('host', 'https://files.example/v1'),
        '/e': { ...get('inherited'), servers: [{ url: 'https://a.example/v9' }] },
        '/f': { ...get('own', 'https://a.example/v1'), servers: [{ url: '/v9' }] },
      }),
      servers: [{ url: 'https://a.example/v1' }],
    };
    const notices = noticesOf(document, { baseUrl: 'http://api.example.com/v1' });
    expect(notices.map((line) => line.replace(/^\/etc\/api\.json:\d+: /, ''))).toEqual([
      'GET /b: has servers of its own (/v9), but its requests go to base_url; exclude it, or use another service',
      expect.stringMatching(/^GET \/d: has servers of its own \(https:\/\/files\.example\/v1\)/),
      expect.stringMatching(/^GET \/e: has servers of its own \(https:\/\/a\.example\/v9\)/),
    ]);
    const lines = ['+openapi.exclude = host, inherited', '+procedures.path.path = /v9/b'];
    expect(noticesOf(document, { baseUrl: 'http://api.example.com/v1', lines })).toEqual([]);
  });

  it('keys have no effect without a file', () => {
    const lines = [
      'rpc_gateway.services.b.base_url = http://b.example',
      'rpc_gateway.services.b.openapi.validate = full',
      'rpc_gateway.services.b.procedures.p.uri = b.p',
      'rpc_gateway.services.b.procedures.p.realm = com.example',
      'rpc_gateway.services.b.procedures.p.response.validate = warn',
    ];
    expect(noticesOf(withIds('a'), { lines })).toEqual([
      expect.stringContaining('openapi.validate: has no effect without openapi.file'),
      expect.stringContaining('response.validate: has no effect, because the procedure is no operation'),
    ]);
  });
});
