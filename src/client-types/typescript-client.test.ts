import { describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { diagnosticsOf, javascriptOf } from '../../test/support/typescript.js';
import { loadConfig } from '../config/load-config.js';
import { describeProcedure } from '../gateway/descriptions/describe-procedure.js';
import { typescriptClient } from './typescript-client.js';

type Json = Readonly<Record<string, unknown>>;
const text = { type: 'string' };
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
const answer = (schema: unknown) => ({ 200: { description: 'ok', ...json(schema) } });

/** The client for an operation `POST /` of each entry, with its schemas. */
function clientOf(operations: Readonly<Record<string, Json>>, schemas: Json = {}, more = ''): string {
  const paths = Object.entries(operations).map(([operationId, operation]) => [
    `/${encodeURIComponent(operationId)}`,
    { post: { operationId, responses: { 204: { description: 'done' } }, ...operation } },
  ]);
  const document = {
    openapi: '3.1.0',
    info: { title: 'Billing', version: '1' },
    paths: Object.fromEntries(paths),
    components: { schemas },
  };
  const folder = createTemporaryFolder();
  folder.write('billing.json', JSON.stringify(document));
  const config = loadConfig(
    folder.write(
      'bondy.conf',
      `rpc_gateway.services.billing.base_url = https://billing.example.com/api
rpc_gateway.services.billing.openapi.file = billing.json
rpc_gateway.services.billing.openapi.realm = realm1
${more}`,
    ),
    { env: {} },
  );
  folder.remove();
  return typescriptClient(
    config.services.flatMap((service) =>
      service.procedures.map((procedure) => ({
        name: procedure.name,
        description: describeProcedure(service, procedure),
      })),
    ),
  );
}

/** The compiler sorts by the names of files. */
const fileOf = (index: number): string => `use-${String.fromCharCode(97 + index)}`;

/** What the compiler says of each use of a client. */
function mistakesIn(client: string, uses: readonly string[]): readonly string[] {
  const files = uses.map((use, index): [name: string, text: string] => [
    `${fileOf(index)}.ts`,
    `import { createClient, isError, errorOf, type WampySession, type Billing } from './client.js';
declare const session: WampySession;
const client = createClient(session).billing;
export type { Billing };
export { client, isError, errorOf };
${use}`,
  ]);
  return diagnosticsOf(Object.fromEntries([['client.ts', client], ...files]));
}

const INVOICES = clientOf(
  {
    getInvoice: {
      parameters: [{ name: 'id', in: 'query', required: true, schema: text }],
      responses: { ...answer(ref('Invoice')), 409: { description: 'changed meanwhile' } },
    },
    listInvoices: { responses: answer({ type: 'array', items: ref('Invoice') }) },
    createInvoice: { requestBody: { required: true, ...json(ref('Invoice')) } },
  },
  {
    Invoice: {
      type: 'object',
      required: ['amount', 'status'],
      properties: {
        amount: { type: 'integer' },
        status: { enum: ['open', 'paid'] },
        lines: { type: 'array', items: ref('Line') },
        replaces: ref('Invoice'),
      },
    },
    Line: { type: 'object', properties: { text, price: { type: ['number', 'null'] } } },
  },
  'rpc_gateway.services.billing.errors.409 = com.billing.error.conflict',
);

describe('a typed client', () => {
  it('accepts right uses', () => {
    const use = `
      const { status, body } = await client.getInvoice({ id: 'INV-001', _headers: { a: 'b' } }, { timeout: 5 });
      const total: number = body.amount + status + (body.lines?.[0]?.price ?? 0);
      const state: 'open' | 'paid' | undefined = body.replaces?.replaces?.status;
      const all: readonly Billing.Invoice[] = (await client.listInvoices()).body;
      await client.createInvoice({ amount: total, status: state ?? 'open', lines: all[0]?.lines ?? [] });
      if (isError(state, 'com.billing.error.conflict') || isError(state, 'bondy.error.bad_gateway')) throw errorOf(state)?.kwargs.body;
      const error: Billing.GetInvoiceError = 'com.billing.error.conflict';
      export { error };`;
    expect(mistakesIn(INVOICES, [use])).toEqual([]);
  });

  it('refuses wrong uses', () => {
    const wrong: readonly (readonly [use: string, message: string])[] = [
      ['await client.getInvoice();', 'Expected 1-2 arguments'],
      ['await client.getInvoice({});', "Property 'id' is missing"],
      ['await client.getInvoice({ id: 7 });', "'number' is not assignable to type 'string'"],
      ["await client.getInvoice({ id: '1', ID: '1' });", "'ID' does not exist"],
      ["await client.createInvoice({ amount: 1, status: 'lost' });", '\'"lost"\' is not assignable'],
      [
        "await client.createInvoice({ amount: 1, status: 'open', lines: [{ price: '1' }] });",
        "'string' is not",
      ],
      ["(await client.getInvoice({ id: '1' })).body.total;", "'total' does not exist"],
      ["(await client.getInvoice({ id: '1' })).body.lines.length;", 'possibly'],
      ['client.getInvoices;', "'getInvoices' does not exist"],
      ["isError(1, 'com.billing.error.conflct');", 'not assignable'],
      ['createClient({});', 'not assignable'],
    ];
    const uses = wrong.map(([use]) => use);
    const expected = wrong.map(([, message], index) =>
      expect.stringMatching(new RegExp(`^${fileOf(index)}\\.ts:6: .*${message}`)),
    );
    expect(mistakesIn(INVOICES, uses)).toEqual(expected);
  });

  it('has comments with what the document says', () => {
    expect(INVOICES).toContain('@throws com.billing.error.conflict (409) changed meanwhile');
  });

  it('differs after a change only where the document does', () => {
    const operation = { responses: answer(ref('Line')) };
    const before = clientOf({ one: operation, two: operation }, { Line: { type: 'object' } });
    const after = clientOf(
      { one: operation, new: { responses: answer(ref('Added')) }, two: operation },
      { Added: text, Line: { type: 'object' } },
    );
    const lines = new Set(after.split('\n'));
    expect(before.split('\n').filter((line) => !lines.has(line))).toEqual([]);
  });
});

describe('a typed client of streams', () => {
  const event = { 'text/event-stream': { schema: ref('Payment') } };
  const client = clientOf(
    {
      watch: { responses: { 200: { description: 'Payments', content: event } } },
      list: { responses: answer(ref('Payment')) },
    },
    { Payment: { type: 'object', required: ['amount'], properties: { amount: { type: 'integer' } } } },
  );

  it('accepts right uses', () => {
    const use = `
      const amounts: number[] = [];
      const onProgress = ({ status, body }: Billing.WatchProgress) => {
        if (typeof body.data !== 'string') amounts.push(body.data.amount + status);
      };
      const { body, count } = await client.watch({}, { onProgress, timeout: 5 });
      await client.watch({}, { onProgress: ({ body: { id, event } }) => amounts.push(id?.length ?? event.length) });
      const end: string = body + (count ?? 0);
      export { end };`;
    expect(mistakesIn(client, [use])).toEqual([]);
  });

  it('refuses a part that is none', () => {
    const use = 'await client.watch({}, { onProgress: ({ body }) => body.amount });';
    expect(mistakesIn(client, [use])).toEqual([expect.stringContaining("'amount' does not exist")]);
  });
});

describe('a typed client of requests', () => {
  const FILE = { type: 'string', format: 'binary' };
  const client = clientOf(
    {
      upload: {
        requestBody: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: {
                type: 'object',
                required: ['logo'],
                properties: { logo: ref('Png'), more: { type: 'array', items: FILE } },
              },
            },
          },
        },
      },
      change: {
        requestBody: {
          required: true,
          ...json({ properties: { order: ref('Order') }, required: ['order'] }),
        },
        responses: answer(ref('Order')),
      },
    },
    {
      Png: { contentMediaType: 'image/png' },
      Order: {
        type: 'object',
        required: ['id', 'lines', 'password'],
        properties: {
          id: { type: 'integer', readOnly: true },
          password: { type: 'string', writeOnly: true },
          lines: { type: 'array', items: ref('Line') },
          state: ref('State'),
        },
      },
      Line: { type: 'object', required: ['number'], properties: { number: { ...text, readOnly: true } } },
      State: { enum: ['open', 'paid'] },
    },
  );

  it('takes files as bytes, as text, and with a name', () => {
    const right = `
      const bytes = new Uint8Array(1);
      await client.upload({ logo: bytes, more: [bytes, 'text'] });
      await client.upload({ logo: { data: bytes, filename: 'a.png', content_type: 'image/png' }, more: [{ data: 'a' }] });`;
    const wrong = [
      'await client.upload({ logo: 1 });',
      "await client.upload({ logo: { filename: 'a' } });",
      "await client.upload({ logo: 'a', more: 'b' });",
      "await client.upload({ logo: { data: 'a', name: 'a' } });",
    ];
    expect(mistakesIn(client, [right])).toEqual([]);
    expect(mistakesIn(client, wrong)).toHaveLength(wrong.length);
  });

  it('does not demand readOnly fields of requests, nor promise writeOnly fields of responses', () => {
    const right = `
      const { body } = await client.change({ order: { password: 'x', lines: [{}], state: 'open' } });
      const id: number = body.id + body.lines[0]!.number.length;
      await client.change({ order: { ...body, password: body.password ?? 'x' } });
      export { id };`;
    const wrong = [
      'await client.change({ order: { id: 1, lines: [] } });',
      "(await client.change({ order: { password: 'x', lines: [] } })).body.password.length;",
      'const order: Billing.Order = { lines: [] }; export { order };',
    ];
    expect(mistakesIn(client, [right])).toEqual([]);
    expect(mistakesIn(client, wrong)).toHaveLength(wrong.length);
    expect(client.match(/export type \w*(?:Order|Line|State)\w* =/g)).toEqual([
      'export type Line =',
      'export type LineInput =',
      'export type Order =',
      'export type OrderInput =',
      'export type State =',
    ]);
  });
});

describe('a typed client of a hostile document', () => {
  const EVIL = [
    "x' + process.exit(1) + '",
    '*/ process.exit(1); /*',
    '`',
    '\\',
    '__proto__',
    'constructor',
    'then',
    'Uint8Array',
    'Client',
    'größe 請求書 \u{1f4b6}',
    '\u202e\u2028\u0000',
    '1st',
    '@ts-ignore',
    ' ',
  ];

  it('compiles and defines only what it should', async () => {
    const properties = Object.fromEntries(
      EVIL.map((name) => [name, { description: name, enum: [name, null], default: name }]),
    );
    const operations = Object.fromEntries(
      EVIL.filter((name) => !/\p{Cc}|\u2028/u.test(name)).map((name) => [
        name,
        {
          summary: name,
          parameters: EVIL.map((each) => ({ name: each, in: 'query', description: each, schema: text })),
          responses: answer(ref('Evil')),
        },
      ]),
    );
    const own = clientOf(
      operations,
      Object.fromEntries([
        [
          'Evil',
          { description: '*/ evil', required: EVIL, properties, additionalProperties: ref('Uint8Array') },
        ],
        ['Uint8Array', { type: 'string', format: 'binary' }],
        ['uint8_array', text],
        ['GatewayErrorUri', text],
        ['Evil_', { anyOf: [ref('Evil_'), ref('Evil')] }],
      ]),
    );
    expect(diagnosticsOf({ 'client.ts': own })).toEqual([]);
    const javascript = `data:text/javascript,${encodeURIComponent(javascriptOf(own))}`;
    const { createClient } = (await import(javascript)) as {
      createClient: (session: unknown) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    const { billing, ...others } = createClient({});
    expect(others).toEqual({});
    expect(Object.getPrototypeOf(billing)).toBe(Object.prototype);
    expect(Object.keys(billing!)).toHaveLength(Object.keys(operations).length);
    expect(billing).toMatchObject({ then_2: expect.any(Function), proto: expect.any(Function) });
  });

  it('compiles with schemas that are their own parts', () => {
    const own = clientOf(
      { get: { responses: answer({ anyOf: [ref('Pet'), ref('Self'), ref('One'), ref('Tree')] }) } },
      {
        Pet: { oneOf: [ref('Dog'), ref('Cat')] },
        Dog: { allOf: [ref('Pet'), { type: 'object', properties: { barks: text } }] },
        Cat: { allOf: [ref('Pet'), { type: 'object', properties: { friend: ref('Pet') } }] },
        Self: { allOf: [ref('Self'), { anyOf: [ref('Self'), text] }] },
        One: ref('Two'),
        Two: ref('One'),
        Tree: { type: 'array', items: { anyOf: [ref('Tree'), text] } },
      },
    );
    expect(diagnosticsOf({ 'client.ts': own })).toEqual([]);
    expect(own).toContain('export type Pet = Dog | Cat;');
  });
});
