import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { connectWampy } from '../support/wampy.js';
import { findPython3 } from './python.js';

const python = await findPython3();
const SERVER = fileURLToPath(new URL('./form_server.py', import.meta.url));
const REALM = 'com.example.myrealm';
const SERVICE = 'rpc_gateway.services.files';

const ALL_BYTES = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));
/** Line breaks of all kinds, and what looks like the end of a part. */
const LINES = Buffer.from('\r\n--x\n\r--\r\n\r\n--x--\r\n');
const TEXT = 'größe "1" & = + \r\n-- 💶\n';
const hex = (text: string | Buffer): string => Buffer.from(text).toString('hex');

const procedure = (name: string, ...lines: string[]): string =>
  [
    `uri = com.files.${name}`,
    `realm = ${REALM}`,
    'method = post',
    'path = /',
    `body_encoding = ${name}`,
    ...lines,
  ]
    .map((line) => `${SERVICE}.procedures.${name}.${line}\n`)
    .join('');

describe.skipIf(python === undefined)('a form that Python reads', () => {
  const open: (() => unknown)[] = [];
  let gateway: RunningGateway;

  beforeAll(async () => {
    const child = spawn(python!, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    open.push(() => child.kill());
    const [port] = await once(child.stdout, 'data');
    gateway = await startGateway(
      [
        `${SERVICE}.base_url = http://127.0.0.1:${String(port).trim()}`,
        procedure('form', 'query_style = brackets'),
        procedure('multipart'),
      ].join('\n'),
    );
    open.push(() => gateway.stop(0));
  });
  afterAll(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  async function read(name: string, kwargs: object): Promise<Record<string, unknown>> {
    const { client } = await connectWampy(gateway.url, REALM, 'msgpack');
    open.push(() => client.disconnect());
    const { argsDict } = await client.call(`com.files.${name}`, { argsDict: kwargs } as never);
    return (argsDict as { body: Record<string, unknown> }).body;
  }

  it('has each text as it was', async () => {
    const kwargs = { note: TEXT, 'ü "&=': 'a', tags: ['1', '2'], deep: { b: [true, 0.5] }, no: null, '': '' };
    expect(await read('form', kwargs)).toEqual({
      urllib: [
        ['note', TEXT],
        ['ü "&=', 'a'],
        ['tags[]', '1'],
        ['tags[]', '2'],
        ['deep[b][]', 'true'],
        ['deep[b][]', '0.5'],
        ['', ''],
      ],
    });
  });

  it('of several parts has each byte, name and type', async () => {
    const body = await read('multipart', {
      note: TEXT,
      'na"me\r\nü': 'a',
      tags: ['1', 2],
      deep: { b: 'ü' },
      bytes: new Uint8Array(ALL_BYTES),
      file: { data: new Uint8Array(LINES), filename: 'größe "1"\r\n💶.bin', content_type: 'image/png' },
      empty: new Uint8Array(0),
    });
    // Browsers write a quote and a line break in a name as %22, %0D and %0A. Python does not decode that.
    const parts: [string, string | null, string | null, string][] = [
      ['note', null, null, hex(TEXT)],
      ['na%22me%0D%0Aü', null, null, hex('a')],
      ['tags', null, null, hex('1')],
      ['tags', null, null, hex('2')],
      ['deep', null, 'application/json', hex('{"b":"ü"}')],
      ['bytes', 'bytes', 'application/octet-stream', hex(ALL_BYTES)],
      ['file', 'größe %221%22%0D%0A💶.bin', 'image/png', hex(LINES)],
      ['empty', 'empty', 'application/octet-stream', ''],
    ];
    expect(body['email']).toEqual(
      parts.map(([name, file, type, bytes]) => [
        `form-data; name="${name}"${file === null ? '' : `; filename="${file}"`}`,
        type,
        bytes,
      ]),
    );
    // Python 3.13 has no module cgi.
    if (body['cgi'] !== undefined)
      expect(body['cgi']).toEqual(
        parts.map(([name, file, type, bytes]) => [name, file, type ?? 'text/plain', bytes]),
      );
  });
});
