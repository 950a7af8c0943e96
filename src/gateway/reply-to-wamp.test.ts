import { expect, it } from 'vitest';
import { jsonText } from '../json-text/json-text.js';
import { replyToWamp } from './reply-to-wamp.js';

const json = { kind: 'json', json: Buffer.from('{"id":9007199254740993}') } as const;

it('carries JSON as the bytes it came as', () => {
  expect(replyToWamp({ kind: 'result', status: 200, body: json, headers: undefined }, false)).toEqual({
    kind: 'result',
    payload: { kwargs: jsonText('{"status":200,"body":', json.json, '}') },
  });
});

it('puts the headers behind the body', () => {
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

it('makes the result one positional dictionary where asked to, and leaves errors in kwargs', () => {
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

it('carries text and bytes as values', () => {
  const bytes = new Uint8Array([0, 255]);
  const result = { kind: 'result', status: 200, headers: undefined } as const;
  expect(replyToWamp({ ...result, body: { kind: 'bytes', bytes } }, false).payload.kwargs).toEqual({
    status: 200,
    body: bytes,
  });
});
