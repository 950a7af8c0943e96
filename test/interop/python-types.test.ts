import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { billingConf } from '../support/billing-conf.js';
import { runCommand } from '../support/command.js';
import { readDocument } from '../support/documents.js';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { blockBelow } from '../support/markdown-blocks.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { findPythonWithAutobahn, findPythonWithMypy } from './python.js';

const run = promisify(execFile);
const DOCUMENT = readDocument('docs/types.md');
const FIRST = 'From a document to a client';
const [autobahn, mypy] = [await findPythonWithAutobahn(), await findPythonWithMypy()];

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

/** Writes the module of a document. */
async function generate(document: string): Promise<void> {
  folder.write('billing.yaml', document);
  const config = folder.write('bondy.conf', blockBelow(DOCUMENT, FIRST, 'ini'));
  const command = runCommand(['types', '--python', '--config', config]);
  await command.ended;
  expect(command.err()).toBe('');
  folder.write('billing.py', command.out());
}

/** What mypy says of a file of the folder. */
async function mistakesIn(file: string): Promise<readonly string[]> {
  const words = ['-m', 'mypy', '--strict', '--ignore-missing-imports', '--no-error-summary', file];
  const { stdout } = await run(mypy!, words, { cwd: folder.path }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout.trim() === '' ? [] : stdout.trim().split('\n');
}

describe.skipIf(mypy === undefined)('rpc-gateway types --python', () => {
  it('prints types that mypy accepts, with the program of the documentation', async () => {
    await generate(blockBelow(DOCUMENT, FIRST, 'yaml'));
    folder.write('main.py', blockBelow(DOCUMENT, 'In Python', 'python'));
    expect(await mistakesIn('main.py')).toEqual([]);
  });

  it('prints types for the parts of a stream', async () => {
    const document = blockBelow(DOCUMENT, FIRST, 'yaml');
    await generate(document.replace('application/json', 'text/event-stream'));
    folder.write(
      'main.py',
      `from typing import Any
from billing import BillingGetInvoiceProgress, Client
def show(part: BillingGetInvoiceProgress) -> None:
    event = part['body']
    print(event['event'].upper(), event['data'], event['id'] or '')
    part['body']['amount']
async def main(client: Client, options: Any) -> int:
    show(part={'status': 200})
    return (await client.billing.get_invoice(options, id='1'))['count']
`,
    );
    const lines = (await mistakesIn('main.py')).filter((line) => line.includes(': error:'));
    expect(lines.map((line) => line.split(':')[1])).toEqual(['6', '8']);
  });

  it('prints types with which mypy finds mistakes', async () => {
    await generate(blockBelow(DOCUMENT, FIRST, 'yaml'));
    folder.write(
      'main.py',
      `from billing import Client, is_error
async def main(client: Client, error: Exception) -> None:
    await client.billing.get_invoice()
    await client.billing.get_invoice(id=7)
    await client.billing.get_invoice(id='1', expand='lines')
    result = await client.billing.get_invoice(id='1')
    result['body']['total']
    result['body']['status'] = 'lost'
    result['body']['amount'].upper()
    await client.billing.get_invoices()
    is_error(error, 'wamp.error.not_fond')
`,
    );
    const lines = (await mistakesIn('main.py')).filter((line) => line.includes(': error:'));
    expect(lines.map((line) => line.split(':')[1])).toEqual(['3', '4', '5', '7', '8', '9', '10', '11']);
  });

  it('prints a module that is safe and correct for a hostile document', async () => {
    const names = [
      '"""',
      "'''",
      '\\',
      '\\"',
      'class',
      'self',
      '__init__',
      '\u{1f4b6}',
      '1st',
      '',
      '\n',
      'ſ',
      '#',
      'None',
    ];
    const escapes = names.map((name) => `"\nprint('injected')\n${name}`);
    const properties = Object.fromEntries(
      [...names, ...escapes].map((name) => [
        name,
        { enum: [name, 1.5, null, -1, true], description: `""" ${name}` },
      ]),
    );
    const responses = {
      200: {
        description: 'ok',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/All' } } },
      },
    };
    const paths = names
      .filter((name) => name !== '\n')
      .map((operationId, index) => [
        `/${index}`,
        { get: { operationId: `${operationId}x`, summary: `${operationId}""" \\`, responses } },
      ]);
    await generate(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'Hostile', version: '1' },
        paths: Object.fromEntries(paths),
        components: {
          schemas: {
            All: {
              type: 'object',
              properties: { ...properties, tree: { $ref: '#/components/schemas/Tree' } },
            },
            Tree: {
              type: 'array',
              items: {
                anyOf: [{ $ref: '#/components/schemas/Tree' }, { $ref: '#/components/schemas/Self' }],
              },
            },
            Self: { anyOf: [{ $ref: '#/components/schemas/Self' }, { type: 'string', format: 'binary' }] },
          },
        },
      }),
    );
    expect(await mistakesIn('billing.py')).toEqual([]);
    const script = 'import json, billing; print(json.dumps(list(billing.BillingAll.__annotations__)))';
    const { stdout } = await run(mypy!, ['-c', script], { cwd: folder.path });
    expect(JSON.parse(stdout).sort()).toEqual([...names, ...escapes, 'tree'].sort());
  });
});

describe.skipIf(autobahn === undefined)('the client in Python', () => {
  let upstream: RecordingUpstream;
  const gateways: RunningGateway[] = [];
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    gateways.push(await startGateway(billingConf(upstream.url)));
    gateways.push(await startGateway(billingConf(upstream.url, '+result = kwargs')));
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await upstream.close();
  });

  it.each([0, 1])('calls with autobahn|python, with a result of form %i', async (index) => {
    await generate(blockBelow(DOCUMENT, FIRST, 'yaml').replace('getInvoice', 'get_invoice'));
    const program = blockBelow(DOCUMENT, 'In Python', 'python');
    folder.write('main.py', program.replace('ws://127.0.0.1:18080/ws', gateways[index]!.url));
    const printed = async () =>
      (await run(autobahn!, ['main.py'], { cwd: folder.path, timeout: 30_000 })).stdout;
    upstream.respondWith(() => ({ json: { id: 'INV-001', amount: 1500, status: 'paid' } }));
    expect(await printed()).toContain('200 1500\n');
    upstream.respondWith(() => ({ status: 404, json: {} }));
    expect(await printed()).toContain('There is no such invoice\n');
  });
});
