import { Readable } from 'node:stream';
import busboy from 'busboy';
import { describe, expect, it } from 'vitest';
import { compile, header } from '../../../../test/support/compile-request.js';
import { encodeMultipart } from './multipart.js';

interface ReadPart {
  readonly name: string;
  readonly value: string | Buffer;
  readonly filename?: string | undefined;
  readonly type?: string;
}

/** Reads a body with busboy, which shares no code with the gateway. */
function read(body: Uint8Array, boundary: string): Promise<readonly ReadPart[]> {
  const parts: ReadPart[] = [];
  const files: Promise<void>[] = [];
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const parser = busboy({ headers, defParamCharset: 'utf8' });
    parser.on('field', (name, value, { mimeType }) => parts.push({ name, value, type: mimeType }));
    parser.on('file', (name, stream, { filename, mimeType }) => {
      const at = parts.push({ name, value: '', filename, type: mimeType }) - 1;
      files.push(
        stream.toArray().then((chunks: Buffer[]) => {
          parts[at] = { name, value: Buffer.concat(chunks), filename, type: mimeType };
        }),
      );
    });
    parser.on('close', () => void Promise.all(files).then(() => resolve(parts), reject));
    parser.on('error', reject);
    Readable.from([Buffer.from(body)]).pipe(parser);
  });
}

const encode = (fields: Record<string, unknown>) => read(encodeMultipart(fields, 'b-1'), 'b-1');
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('a form of several parts', () => {
  it('has text, numbers and booleans as fields, a part for each item of a list, and leaves null out', async () => {
    const parts = await encode({ a: 'ü\r\n"x"', b: 1.5, c: true, d: null, list: ['x', null, 'y'] });
    expect(parts.map(({ name, value }) => [name, value])).toEqual([
      ['a', 'ü\r\n"x"'],
      ['b', '1.5'],
      ['c', 'true'],
      ['list', 'x'],
      ['list', 'y'],
    ]);
  });

  it('has a dictionary as JSON', async () => {
    expect(await encode({ meta: { a: [1, null] } })).toEqual([
      { name: 'meta', value: '{"a":[1,null]}', type: 'application/json' },
    ]);
  });

  it.each([
    ['bytes', ALL_BYTES],
    ['the text that stands for bytes in JSON', `\0${Buffer.from(ALL_BYTES).toString('base64')}`],
  ])('has %s as a file, byte for byte', async (_, value) => {
    expect(await encode({ file: value })).toEqual([
      { name: 'file', value: Buffer.from(ALL_BYTES), filename: 'file', type: 'application/octet-stream' },
    ]);
  });

  it('has a file with its name and its type', async () => {
    const file = { data: ALL_BYTES, filename: 'a.png', content_type: 'image/png' };
    const text = { data: 'größer', filename: 'ü.txt' };
    expect(await encode({ file, text, noName: { data: 'x', content_type: null } })).toEqual([
      { name: 'file', value: Buffer.from(ALL_BYTES), filename: 'a.png', type: 'image/png' },
      { name: 'text', value: Buffer.from('größer'), filename: 'ü.txt', type: 'text/plain' },
      { name: 'noName', value: Buffer.from('x'), filename: 'noName', type: 'text/plain' },
    ]);
  });

  it.each(['a"b', 'a\r\nX-Header: b', 'a\nb', 'ü ☃ 𝄞', "a'b;c=d"])(
    'keeps the name %j in one field',
    async (name) => {
      const body = encodeMultipart({ [name]: { data: 'x', filename: name } }, 'b-1');
      const [part, ...others] = await read(body, 'b-1');
      expect(others).toEqual([]);
      // The escapes of browsers. busboy leaves them as they are.
      const shown = (text: string) =>
        text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
      expect(Buffer.from(body).toString().split('\r\n')[1]).toBe(
        `Content-Disposition: form-data; name="${shown(name)}"; filename="${shown(name)}"`,
      );
      expect(part?.value).toEqual(Buffer.from('x'));
    },
  );

  it.each([
    [{ data: 1 }, 'data must be bytes or text'],
    [{ data: null }, 'data must be bytes or text'],
    [{ data: 'x', filename: 1 }, 'filename must be text'],
    [{ data: 'x', content_type: 'a/b\r\nX: y' }, 'content_type must be a media type'],
    [{ data: 'x', content_type: 'text' }, 'content_type must be a media type'],
    [{ data: 'x', name: 'y' }, 'may have only data, filename and content_type'],
    [{ data: 'x', filename: 'a\0b' }, 'U+0000'],
  ])('refuses the file %j', (file, message) => {
    expect(() => encodeMultipart({ file }, 'b-1')).toThrow(message);
  });
});

it.each([
  [
    'a long name of many parts',
    { ['n'.repeat(100_000)]: Array.from({ length: 100 }, () => 1) },
    'more than 8 MB',
  ],
  ['a number that is too large for a double', { a: Number.POSITIVE_INFINITY }, 'too large to be sent'],
  ['such a number in JSON', { a: { b: Number.POSITIVE_INFINITY } }, 'too large to be sent'],
])('a form of several parts refuses %s', (_, fields, message) => {
  expect(() => encodeMultipart(fields, 'b-1')).toThrow(message);
});

describe('body_encoding = multipart', () => {
  const build = (kwargs: Record<string, unknown>, ...lines: string[]) =>
    compile('create_invoice', ['+body_encoding = multipart', ...lines])(kwargs);

  it('sends a body with its boundary', async () => {
    const { body, headers } = build({ a: 1 });
    const [type = ''] = header(headers, 'content-type');
    const boundary = type.replace('multipart/form-data; boundary=', '');
    expect(await read(Buffer.from(body!), boundary)).toMatchObject([{ name: 'a', value: '1' }]);
  });

  it('needs no body without fields', () => {
    expect(build({})).toMatchObject({ body: undefined });
  });

  it('refuses a Content-Type of the caller, which cannot know the boundary', () => {
    const _headers = { 'Content-Type': 'multipart/form-data; boundary=x' };
    expect(() => build({ a: 1, _headers })).toThrow('Content-Type must be left out');
  });
});

it('a file of 10 MB is copied once', () => {
  const data = Buffer.alloc(10_000_000);
  const before = process.memoryUsage().arrayBuffers;
  const body = encodeMultipart({ file: { data } }, 'b-1');
  expect(body.length).toBeGreaterThan(data.length);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(11_000_000);
});
