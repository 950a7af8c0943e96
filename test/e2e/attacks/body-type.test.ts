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
      ...procedureLines('query', { path: '/query', method: 'put', 'query.tenant': '{{realm}}' }),
      ...procedureLines('whole', { path: '/whole', method: 'post', body: '{{text}}' }),
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
  ])('is refused: %s %j', async (name, type, note) => {
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

  const FORM = 'application/x-www-form-urlencoded';

  it.each(['free', 'query'])('is refused when only the kwargs make it: %s', async (name) => {
    gateway.upstream.clear();
    const client = await gateway.join(transport);
    const note = '&_method=DELETE&tenant=evil&';
    const answer = await callApi(client, name, { note, _headers: { 'Content-Type': FORM } });
    expect(answer.at(-1)).toMatchObject({ code: 'bad_request' });
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('may be of any type when one kwarg is the whole of it', async () => {
    const client = await gateway.join(transport);
    const answer = await callApi(client, 'whole', { text: 'a=b', _headers: { 'Content-Type': FORM } });
    expect(answer[0]).toBe(MESSAGE.RESULT);
  });
});
