import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedApi,
  callApi,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import { ATTACK_MATRIX } from '../../support/transport-matrix.js';

let gateway: AttackedApi;
beforeAll(async () => {
  // A server that trusts the caller's Content-Type, as servers do that accept forms and JSON.
  gateway = await startAttackedApi(
    ({ headers, text }) => ({
      json: headers['content-type']?.includes('form')
        ? Object.fromEntries(new URLSearchParams(text))
        : JSON.parse(headers['content-type']?.includes('utf-7') ? text.replaceAll('+ACI-', '"') : text),
    }),
    [
      ...procedureLines('post', { path: '/post', method: 'post', 'body.tenant': '{{realm}}' }),
      ...procedureLines('free', { path: '/free', method: 'post' }),
    ],
  );
});
afterAll(() => gateway.close());

describe.each(ATTACK_MATRIX)('A body with another media type: $name', (transport) => {
  it.each([
    ['Content-Type', 'application/x-www-form-urlencoded', '&tenant=evil&'],
    ['content_type', 'APPLICATION/X-WWW-FORM-URLENCODED', '&tenant=evil&'],
    ['Content-Type', ['application/json', 'application/x-www-form-urlencoded'], '&tenant=evil&'],
    ['Content-Type', 'application/json, application/x-www-form-urlencoded', '&tenant=evil&'],
    ['Content-Type', 'application/json; charset=utf-7', '+ACI-,+ACI-tenant+ACI-:+ACI-evil'],
    ['Content-Type', 'application/json;charset=utf-8;Charset="utf-7"', '+ACI-,+ACI-tenant+ACI-:+ACI-evil'],
    ['Content-Type', '', 'x'],
  ])('is refused when the configuration sets fields: %s %j', async (name, type, note) => {
    gateway.upstream.clear();
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'post', { note, _headers: { [name]: type } });
    expect(answer[0]).toBe(MESSAGE.ERROR);
    expect(answer.at(-1)).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('Content-Type must be JSON'),
    });
    expect(gateway.upstream.requests).toEqual([]);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;profile="a b"; charset="UTF-8"',
    'application/vnd.api+json',
    'application/merge-patch+json',
    'application/x-amz-json-1.1',
  ])('is sent when its type is JSON: %s', async (type) => {
    gateway.upstream.clear();
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'post', { note: 1, _headers: { 'Content-Type': type } });
    expect(answer.at(-1)).toMatchObject({ body: { tenant: 'realm1', note: 1 } });
    expect(gateway.upstream.requests[0]?.headers['content-type']).toBe(type);
  });

  it('may have any type when the caller supplies the whole body', async () => {
    const client = await gateway.join(transport);
    const type = 'application/x-www-form-urlencoded';
    const answer = await callApi(client, 'free', { note: '&a=b&', _headers: { 'Content-Type': type } });
    expect(answer.at(-1)).toMatchObject({ body: { a: 'b' } });
  });
});
