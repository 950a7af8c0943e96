import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandFixture, configuration } from '../../support/command-fixture.js';

const DOCUMENT = `
openapi: 3.1.0
info: { title: Billing, version: "1" }
paths:
  /invoices/{id}:
    get:
      operationId: getInvoice
      summary: Gets an invoice
      parameters:
        - { name: id, in: path, required: true, description: The number, schema: { type: string } }
        - { name: limit, in: query, schema: { type: integer } }
        - { name: price, in: query, schema: { type: number } }
        - { name: code, in: query, schema: { $ref: "#/components/schemas/Code" } }
        - { name: mixed, in: query, schema: { anyOf: [{ type: string }, { type: array }] } }
  /files:
    post:
      operationId: upload
      requestBody:
        content:
          multipart/form-data:
            schema: { type: object, properties: { file: { type: string, format: binary } } }
components: { schemas: { Code: { type: [string, "null"] } } }
`;

describe('rpc-gateway describe', () => {
  const fixture = commandFixture();

  function documented(): string {
    fixture.folder.write('billing.yaml', DOCUMENT);
    return fixture.folder.write(
      'bondy.conf',
      `rpc_gateway.services.billing.base_url = ${fixture.upstream.url}
rpc_gateway.services.billing.openapi.file = billing.yaml
rpc_gateway.services.billing.openapi.realm = com.example.myrealm
`,
    );
  }

  it('prints help for a procedure of a document', async () => {
    const { code, out } = await fixture.finished([
      'describe',
      'billing.getInvoice',
      '--config',
      documented(),
    ]);
    expect(out).toContain('Gets an invoice');
    expect(out).toMatch(/^ {2}id +string +required +The number$/m);
    expect(out).toMatch(/^ {2}limit +integer/m);
    expect(code).toBe(0);
  });

  it('lists all procedures, or prints JSON', async () => {
    const config = documented();
    const list = await fixture.finished(['describe', '--config', config]);
    expect(list.out).toMatch(/^billing\.getInvoice +Gets an invoice$/m);
    const json = await fixture.finished(['describe', 'billing.getInvoice', '--json', '--config', config]);
    expect(JSON.parse(json.out)).toMatchObject({
      uri: 'billing.getInvoice',
      kwargs_schema: { required: ['id'] },
    });
  });

  it('says which procedure may be meant', async () => {
    const config = fixture.folder.write('bondy.conf', configuration(fixture.upstream.url));
    const { code, err } = await fixture.finished(['describe', 'com.billing.get_invoce', '--config', config]);
    expect(err).toContain('no procedure com.billing.get_invoce. Did you mean com.billing.get_invoice?');
    expect(code).toBe(1);
  });

  it('tells call which arguments are text', async () => {
    const config = documented();
    const words = ['call', 'billing.getInvoice', 'id=007', 'limit=5', '--dry-run', '--config', config];
    const { out } = await fixture.finished(words);
    expect(out).toContain('/invoices/007?limit=5');
    const quoted = await fixture.finished([...words.slice(0, 2), 'id="007"', ...words.slice(3)]);
    expect(quoted.out).toContain('/invoices/007?limit=5');
  });

  it('tells call through the router which arguments are text, without a configuration', async () => {
    const config = documented();
    const { url } = await fixture.started(`${readFileSync(config, 'utf8')}listeners.main.port = 0`);
    const words = ['call', 'billing.getInvoice', 'id=007', 'code=5', 'limit=5'];
    const target = ['--url', url, '--realm', 'com.example.myrealm'];
    const { code, err } = await fixture.finished([...words, ...target]);
    expect([code, err]).toEqual([0, '']);
    expect(fixture.upstream.requests.at(-1)?.url).toBe('/invoices/007?limit=5&code=5');
  });

  it.each([
    ['code=5', '?code=5'],
    ['code=null', '?code=null'],
    ['price=1.10', '?price=1.1'],
    ['mixed=true', '?mixed=true'],
    ['mixed=["a",1]', '?mixed=a&mixed=1'],
  ])('tells call how %s is meant', async (word, query) => {
    const words = ['call', 'billing.getInvoice', 'id=1', word, '--dry-run', '--config', documented()];
    const { out, err } = await fixture.finished(words);
    expect([err, out]).toEqual(['', expect.stringContaining(`/invoices/1${query}'`)]);
  });

  it.each([
    ['file=123', 'filename="file"', '\n123'],
    ['file={"data":"a,b","filename":"a.csv"}', 'filename="a.csv"', '\na,b'],
  ])('tells call that %s is a file', async (word, name, content) => {
    const words = ['call', 'billing.upload', word, '--dry-run', '--config', documented()];
    const { out, err } = await fixture.finished(words);
    expect(err).toBe('');
    expect(out).toContain(name);
    expect(out.replaceAll('\\r\\n', '\n').replaceAll('\r', '')).toContain(content);
  });
});
