import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import formidable from 'formidable';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';
import { connectWampy } from '../../support/wampy.js';

const REALM = 'com.example.myrealm';
const SERVICE = 'rpc_gateway.services.files';
const ALL_BYTES = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));

/** What formidable, another implementation, reads from a request. */
interface ReadForm {
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly files: readonly {
    readonly field: string;
    readonly name: string | null;
    readonly type: string | null;
    readonly bytes: string;
  }[];
}

/** An API that answers with what it has read from a form. */
async function startFormApi() {
  const server = createServer((request, response) => {
    const chunks = new Map<string, Buffer[]>();
    const form = formidable({
      fileWriteStreamHandler: (file) => {
        const kept: Buffer[] = [];
        chunks.set((file as unknown as { newFilename: string }).newFilename, kept);
        return new Writable({
          write(chunk: Buffer, _encoding, done) {
            kept.push(chunk);
            done();
          },
        });
      },
    });
    form.parse(request).then(
      ([fields, files]) => {
        const read: ReadForm = {
          fields: fields as ReadForm['fields'],
          files: Object.entries(files).flatMap(([field, found]) =>
            (found ?? []).map((file) => ({
              field,
              name: file.originalFilename,
              type: file.mimetype,
              bytes: Buffer.concat(chunks.get(file.newFilename) ?? []).toString('hex'),
            })),
          ),
        };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(read));
      },
      (error: Error) => response.writeHead(400).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const procedure = (name: string, encoding: string): string => `
${SERVICE}.procedures.${name}.uri = com.files.${name}
${SERVICE}.procedures.${name}.realm = ${REALM}
${SERVICE}.procedures.${name}.method = post
${SERVICE}.procedures.${name}.path = /${name}
${SERVICE}.procedures.${name}.body_encoding = ${encoding}`;

describe('a form', () => {
  const closeLater = closeAfterEach();
  let api: Awaited<ReturnType<typeof startFormApi>>;
  let gateway: RunningGateway;
  beforeAll(async () => {
    api = await startFormApi();
    gateway = await startGateway(
      `${SERVICE}.base_url = ${api.url}${procedure('send', 'form')}${procedure('upload', 'multipart')}`,
    );
  });
  afterAll(async () => {
    await gateway?.stop(0);
    await api?.close();
  });

  async function call(name: string, kwargs: object, serializer: 'json' | 'msgpack' | 'cbor') {
    const { client } = await connectWampy(gateway.url, REALM, serializer);
    closeLater(() => client.disconnect());
    const { argsDict } = await client.call(`com.files.${name}`, { argsDict: kwargs } as never);
    return (argsDict as { body: ReadForm }).body;
  }

  it('reaches the API as it was', async () => {
    const { fields } = await call(
      'send',
      { note: 'ü & = +', amount: 25.5, tags: ['a', 'b'], no: null },
      'json',
    );
    expect(fields).toEqual({ note: ['ü & = +'], amount: ['25.5'], tags: ['a', 'b'] });
  });

  it.each(['msgpack', 'cbor'] as const)(
    'of several parts has a file byte for byte, over %s',
    async (format) => {
      const file = { data: new Uint8Array(ALL_BYTES), filename: 'größe "1".bin', content_type: 'image/png' };
      const { fields, files } = await call('upload', { note: 'ü\r\n--', file }, format);
      expect(fields).toEqual({ note: ['ü\r\n--'] });
      expect(files).toEqual([
        { field: 'file', name: 'größe "1".bin', type: 'image/png', bytes: ALL_BYTES.toString('hex') },
      ]);
    },
  );

  it('of several parts has a file byte for byte, over JSON', async () => {
    const { files } = await call('upload', { file: `\0${ALL_BYTES.toString('base64')}` }, 'json');
    expect(files).toEqual([
      { field: 'file', name: 'file', type: 'application/octet-stream', bytes: ALL_BYTES.toString('hex') },
    ]);
  });
});
