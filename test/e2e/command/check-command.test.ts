import { describe, expect, it } from 'vitest';
import { commandFixture, configuration, PROCEDURE } from '../../support/command-fixture.js';

const fixture = commandFixture();
const { finished } = fixture;

describe('rpc-gateway check of a document', () => {
  it('names each schema that cannot be compiled', async () => {
    const bad = { type: 'string', pattern: '[' };
    const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
    const operation = {
      parameters: [{ name: 'id', in: 'query', schema: { $ref: '#/components/schemas/Bad' } }],
      requestBody: json({ type: 'object', properties: { a: { pattern: '(' } } }),
      responses: { 200: { description: 'ok', ...json({ $ref: '#/components/schemas/Bad' }) } },
    };
    const document = {
      openapi: '3.1.0',
      info: { title: 'A', version: '1' },
      paths: { '/a': { post: operation }, '/b': { get: { operationId: 'b' } } },
      components: { schemas: { Bad: bad } },
    };
    fixture.folder.write('api.json', JSON.stringify(document, null, 1));
    const service = 'rpc_gateway.services.api';
    const lines = [
      `${service}.base_url = https://api.example.com`,
      `${service}.openapi.file = api.json`,
      `${service}.openapi.realm = realm1`,
    ];
    const check = async (...more: string[]) => {
      const file = fixture.folder.write('bondy.conf', [...lines, ...more].join('\n'));
      return await finished(['check', '--config', file]);
    };
    expect((await check()).err).toBe('');
    const { code, err } = await check(
      `${service}.openapi.validate = full`,
      `${service}.response.validate = warn`,
    );
    expect(code).toBe(0);
    const place = `${fixture.folder.path}/api.json:9: POST /a`;
    expect(err.trim().split('\n')).toEqual([
      expect.stringContaining(`${place}: the keyword argument "id" is not compared with its schema: Invalid`),
      expect.stringContaining(`${place}: the body is not compared with its schema: Invalid`),
      expect.stringContaining(`${place}: the response 200 is not compared with its schema: Invalid`),
    ]);
  });
});

describe('rpc-gateway check', () => {
  it('sums up a valid file', async () => {
    const file = fixture.folder.write('bondy.conf', configuration(fixture.upstream.url, '', 18080));
    expect(await finished(['check', '--config', file])).toEqual({
      code: 0,
      out: `${file} is fine: 1 service, 1 procedure, 1 realm
  service billing: 1 procedure
  realm com.example.myrealm
  listener ws://127.0.0.1:18080/ws
`,
      err: '',
    });
  });

  const SECRET = 'sw0rdfish';
  const broken = [
    'rpc_gateway.services.billing.base_url = ftp://example.com',
    `rpc_gateway.services.billing.timout = ${SECRET}`,
    'rpc_gateway.services.billing.timeout = 15',
    `rpc_gateway.services.billing.auth.vars.key = \${UNSET_${SECRET.toUpperCase()}}`,
    `rpc_gateway.services.billing.retries = ${SECRET}`,
    `${PROCEDURE}.uri = com.billing.get_invoice`,
    `${PROCEDURE}.path = /invoices/{{id`,
    `include ${SECRET}.conf`,
    ...Array.from(
      { length: 12 },
      (_, index) => `rpc_gateway.services.billing.pool.nonsense${index} = ${SECRET}`,
    ),
  ];

  it.each(['check', 'start'])(
    'reports every mistake with its line and without a value, in the command %s',
    async (command) => {
      const file = fixture.folder.write('bondy.conf', broken.join('\n'));
      const { code, out, err } = await finished([command, '--config', file]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      const lines = err.trim().split('\n');
      for (const line of lines) expect(line).toMatch(new RegExp(`^${file}:\\d+: .+`));
      const reported = new Set(lines.map((line) => Number(line.slice(file.length + 1).split(':')[0])));
      for (const number of [1, 2, 3, 4, 5, 7, 8, ...Array.from({ length: 12 }, (_, index) => index + 9)]) {
        expect(reported, `line ${number}: ${broken[number - 1]}`).toContain(number);
      }
      expect(err).toContain('did you mean rpc_gateway.services.billing.timeout');
      expect(err.replaceAll('UNSET_SW0RDFISH', '').replaceAll(`${SECRET}.conf`, '')).not.toContain(SECRET);
    },
  );

  it.each(['check', 'start'])(
    'reports a key that is set twice beside another mistake, in the command %s',
    async (command) => {
      const line = 'rpc_gateway.services.billing.timeout = 15s';
      const text = `${line}\n${line}\nrpc_gateway.services.billing.retries = many\n`;
      const { code, err } = await finished([command, '--config', fixture.folder.write('bondy.conf', text)]);
      expect(code).toBe(1);
      expect(err).toMatch(/:3: rpc_gateway\.services\.billing\.retries: must be/);
      expect(err).toMatch(/:2: rpc_gateway\.services\.billing\.timeout: notice: is set twice/);
    },
  );
});
