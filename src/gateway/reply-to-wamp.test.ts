import { expect, it } from 'vitest';
import { jsonText } from '../json-text/json-text.js';
import { MESSAGE, type Result } from '../wamp/messages.js';
import { argsOf, kwargsOf } from '../wamp/payload-values.js';
import { createSerializers } from '../wamp/serializers/serializers.js';
import { replyToWamp } from './reply-to-wamp.js';

const json = { kind: 'json', json: Buffer.from('{"id":9007199254740993}') } as const;

it('passes JSON on as the bytes that arrived', () => {
  expect(replyToWamp({ kind: 'result', status: 200, body: json, headers: undefined }, false)).toEqual({
    kind: 'result',
    payload: { kwargs: jsonText('{"status":200,"body":', json.json, '}') },
  });
});

it('puts the headers after the body', () => {
  expect(
    replyToWamp({ kind: 'error', uri: 'u', status: 404, body: json, headers: { etag: '"x"' } }, false),
  ).toEqual({
    kind: 'error',
    uri: 'u',
    payload: {
      kwargs: jsonText('{"status":404,"body":', json.json, ',"headers":{"etag":"\\"x\\""}}'),
    },
  });
});

it('makes the result one positional dictionary if asked to, and leaves errors in kwargs', () => {
  const result = { kind: 'result', status: 200, headers: undefined } as const;
  expect(replyToWamp({ ...result, body: json }, true).payload).toEqual({
    args: jsonText('[{"status":200,"body":', json.json, '}]'),
  });
  expect(replyToWamp({ ...result, body: { kind: 'text', text: '' } }, true).payload).toEqual({
    args: [{ status: 200, body: '' }],
  });
  const error = { ...result, kind: 'error', uri: 'u', body: json } as const;
  expect(replyToWamp(error, true).payload).toHaveProperty('kwargs');
});

it('passes text and bytes on as values', () => {
  const bytes = new Uint8Array([0, 255]);
  const result = { kind: 'result', status: 200, headers: undefined } as const;
  expect(replyToWamp({ ...result, body: { kind: 'bytes', bytes } }, false).payload.kwargs).toEqual({
    status: 200,
    body: bytes,
  });
});

it.each(createSerializers().filter(({ binary }) => binary))(
  'writes the UTF-8 of a long text like the text itself, in $name',
  (serializer) => {
    for (const text of ['', 'é', '\u0000AAAA', 'x'.repeat(300), '€'.repeat(30_000)]) {
      for (const headers of [undefined, { etag: '"x"' }]) {
        for (const asArgs of [false, true]) {
          const result = { kind: 'result', status: 200, headers } as const;
          const [whole, packed] = (
            [
              { kind: 'text', text },
              { kind: 'utf8', utf8: Buffer.from(text) },
            ] as const
          ).map((body) => {
            const { payload } = replyToWamp({ ...result, body }, asArgs, serializer);
            return serializer.encode({ type: MESSAGE.RESULT, request: 1, details: {}, payload });
          });
          const read = (frame: string | Uint8Array = '') => {
            const { payload } = serializer.decode(Buffer.from(frame)) as Result;
            return [argsOf(payload), kwargsOf(payload)];
          };
          expect(packed?.length).toBe(whole?.length);
          expect(read(packed)).toEqual(read(whole));
        }
      }
    }
  },
);

it('writes a long text as JSON if the caller has another serializer than expected', () => {
  const [json, msgpack] = createSerializers();
  const result = { kind: 'result', status: 200, headers: undefined } as const;
  const { payload } = replyToWamp(
    { ...result, body: { kind: 'utf8', utf8: Buffer.from('"é"') } },
    false,
    msgpack,
  );
  const frame = json?.encode({ type: MESSAGE.RESULT, request: 1, details: {}, payload });
  expect(String(frame)).toBe('[50,1,{},[],{"status":200,"body":"\\"é\\""}]');
});
