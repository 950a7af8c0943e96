import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const DOCUMENT = `openapi: 3.1.0
info: { title: Billing, version: "1" }
servers: [{ url: /relative }, { url: "https://billing.example.com/api" }]
paths:
  /invoices:
    get: { operationId: listInvoices, tags: [invoices] }
    options: { operationId: optionsOfInvoices }
  /invoices/{id}:
    get: { operationId: getInvoice, tags: [invoices], parameters: [{ name: id, in: path, style: label, required: true }] }
`;
let folder: TemporaryFolder;
let document: string;
beforeAll(() => {
  folder = createTemporaryFolder();
  document = folder.write('my billing.yaml', DOCUMENT);
});
afterAll(() => folder.remove());

async function run(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const command = runCommand(['import', ...words]);
  return {
    code: await command.ended,
    out: command.out(),
    err: command.err().replaceAll(`${folder.path}/`, ''),
  };
}

describe('rpc-gateway import', () => {
  it('prints a configuration that check accepts, and says what stays with the document', async () => {
    const { code, out, err } = await run(document);
    expect(code).toBe(0);
    expect(err.split('\n')).toEqual([
      'my billing.yaml:9: GET /invoices/{id}: stays with openapi.include: its path parameter "id" has the style label',
      'my billing.yaml:7: OPTIONS /invoices: is left out: procedures cannot have the method OPTIONS',
      '1 operation in plain keys, 1 with openapi.include, 1 left out',
      '',
    ]);
    expect(out.replaceAll(`${folder.path}/`, '')).toBe(`# Billing, imported from my billing.yaml
# Plain keys check no kwargs before a request is sent: the API does.
rpc_gateway.services.my_billing.base_url = https://billing.example.com/api

rpc_gateway.services.my_billing.procedures.listInvoices.uri = my_billing.listInvoices
rpc_gateway.services.my_billing.procedures.listInvoices.realm = realm1
rpc_gateway.services.my_billing.procedures.listInvoices.path = /invoices
rpc_gateway.services.my_billing.procedures.listInvoices.remaining = refuse

# The document serves these operations, because plain keys cannot say them:
# - GET /invoices/{id} (getInvoice): its path parameter "id" has the style label
rpc_gateway.services.my_billing.openapi.file = "my billing.yaml"
rpc_gateway.services.my_billing.openapi.realm = realm1
rpc_gateway.services.my_billing.openapi.uri_prefix = my_billing
rpc_gateway.services.my_billing.openapi.include = getInvoice

# These operations cannot become procedures:
# - OPTIONS /invoices (optionsOfInvoices): procedures cannot have the method OPTIONS
`);
    const check = runCommand(['check', '--config', folder.write('out.conf', out)]);
    expect(await check.ended).toBe(0);
    expect(check.err()).toBe('');
    expect(check.out()).toContain('2 procedures, 1 of 3 operations of my billing.yaml');
  });

  it('takes names, realm, URL and operations from its options', async () => {
    const options = [
      '--service',
      'b-1',
      '--realm',
      'com.example',
      '--uri-prefix',
      'com.b',
      '--naming',
      'path',
    ];
    const { code, out } = await run(
      document,
      ...options,
      '--base-url',
      'http://127.0.0.1:8080',
      ...['--include', 'tag:invoices, GET /inv*', '--include', 'OPTIONS /*', '--exclude', 'getInvoice'],
    );
    expect(code).toBe(0);
    expect(out).toContain('services.b-1.base_url = http://127.0.0.1:8080\n');
    expect(out).toContain('procedures.invoices_get.uri = com.b.invoices.get\n');
    expect(out).toContain('procedures.invoices_get.realm = com.example\n');
    expect(out).not.toContain('openapi.file');
  });

  it.each<[what: string, words: readonly string[], code: number, message: string]>([
    [
      'a pattern without a match',
      ['--include', 'getInvoce'],
      1,
      '--include: the pattern getInvoce matches no operation of the document. Did you mean getInvoice?\n',
    ],
    [
      'a tag without a match',
      ['--exclude', 'tag:invoice'],
      1,
      '--exclude: the pattern tag:invoice matches no operation of the document. Did you mean tag:invoices?\n',
    ],
    ['a path without a match', ['--include', 'GET /invoice'], 1, 'Did you mean GET /invoices?\n'],
    [
      'a list that is not closed',
      ['--include', '"a'],
      2,
      '--include: must be a list of patterns, separated by commas; a quote is not closed.\n',
    ],
    [
      'no operation',
      ['--exclude', '* /*'],
      1,
      '--include and --exclude select no operation of the document.\n',
    ],
    [
      'only operations that no procedure can be',
      ['--include', 'OPTIONS /*'],
      1,
      'my billing.yaml:7: OPTIONS /invoices: cannot become a procedure: procedures cannot have the method OPTIONS\n',
    ],
    [
      'a wrong service',
      ['--service', 'a.b'],
      2,
      '--service: the name of a service may contain only letters, digits, _ and -.\n',
    ],
    [
      'a wrong realm',
      ['--realm', 'a b'],
      2,
      '--realm: must be the name of a realm: words separated by single dots, without spaces and #.\n',
    ],
    [
      'a wrong prefix',
      ['--uri-prefix', 'wamp.x'],
      2,
      '--uri-prefix: URIs that begin with wamp. are reserved for the protocol.\n',
    ],
    [
      'a wrong URL',
      ['--base-url', 'ftp://x'],
      2,
      '--base-url: must be a URL that begins with http:// or https://.\n',
    ],
    [
      'a URL with variables',
      ['--base-url', 'https://{{x}}'],
      2,
      '--base-url: must be a URL without variables; add them to the lines afterwards.\n',
    ],
    ['a wrong rule for names', ['--naming', 'x'], 2, 'It must be operation_id or path.'],
  ])('refuses %s', async (_what, words, code, message) => {
    const refused = await run(document, ...words);
    expect(refused.err).toContain(message);
    expect(refused).toMatchObject({ code, out: '' });
  });

  it.each<[what: string, text: string, message: string]>([
    [
      'a file that is no document',
      'a: 1',
      'bad.yaml: the file is not an OpenAPI document: it has neither openapi nor swagger at its top\n',
    ],
    ['a file with a mistake', 'openapi: 3.1.0\nx: [', 'bad.yaml:2: the file is not valid YAML: '],
    ['a document without operations', 'openapi: 3.1.0', 'The document bad.yaml has no operation.\n'],
    [
      'two operations with one URI',
      'openapi: 3.1.0\nservers: [{ url: "https://a" }]\npaths:\n  /a:\n    get: { operationId: x }\n  /b:\n    get: { operationId: x }\n',
      'bad.yaml:7: GET /b: has the same URI as GET /a (bad.yaml:5); leave one out with --exclude, or use --naming path\n',
    ],
  ])('refuses %s', async (_what, text, message) => {
    const { code, out, err } = await run(folder.write('bad.yaml', text));
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });

  it('refuses a missing file, and a document without a complete URL', async () => {
    expect(await run(join(folder.path, 'none.yaml'))).toMatchObject({
      code: 1,
      err: 'none.yaml: there is no such file\n',
    });
    const text = 'openapi: 3.1.0\npaths: { /a: { get: {} } }';
    expect(await run(folder.write('no-server.yaml', text))).toMatchObject({
      code: 2,
      err: '--base-url: is needed, because the document names no server with a complete URL.\n',
    });
  });
});
