import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  ATTACK_WAYS,
  type AttackedGateway,
  callApi,
  procedureLines,
  startAttacked,
} from '../../support/attacked-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';

let upstream: RecordingUpstream;
let gateway: AttackedGateway;
beforeAll(async () => {
  // A server that takes the caller's word for what the body is, as those do which take forms and
  // JSON.
  upstream = await startRecordingUpstream(({ headers, text }) => ({
    json: headers['content-type']?.includes('form')
      ? Object.fromEntries(new URLSearchParams(text))
      : JSON.parse(headers['content-type']?.includes('utf-7') ? text.replaceAll('+ACI-', '"') : text),
  }));
  gateway = await startAttacked([
    `+base_url = ${upstream.url}`,
    ...procedureLines('post', { path: '/post', method: 'post', 'body.tenant': '{{realm}}' }),
    ...procedureLines('free', { path: '/free', method: 'post' }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe.each(ATTACK_WAYS)('A body under another media type: %s', (...way) => {
  it.each([
    ['Content-Type', 'application/x-www-form-urlencoded', '&tenant=evil&'],
    ['content_type', 'APPLICATION/X-WWW-FORM-URLENCODED', '&tenant=evil&'],
    ['Content-Type', ['application/json', 'application/x-www-form-urlencoded'], '&tenant=evil&'],
    ['Content-Type', 'application/json, application/x-www-form-urlencoded', '&tenant=evil&'],
    ['Content-Type', 'application/json; charset=utf-7', '+ACI-,+ACI-tenant+ACI-:+ACI-evil'],
    ['Content-Type', 'application/json;charset=utf-8;Charset="utf-7"', '+ACI-,+ACI-tenant+ACI-:+ACI-evil'],
    ['Content-Type', '', 'x'],
  ])('is refused where the configuration sets fields: %s %j', async (name, type, note) => {
    upstream.clear();
    const client = await gateway.join(way);
    const answer = await callApi(client, 'post', { note, _headers: { [name]: type } });
    expect(answer[0]).toBe(MESSAGE.ERROR);
    expect(answer.at(-1)).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('Content-Type must be JSON'),
    });
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;profile="a b"; charset="UTF-8"',
    'application/vnd.api+json',
    'application/merge-patch+json',
    'application/x-amz-json-1.1',
  ])('is JSON, and goes out: %s', async (type) => {
    upstream.clear();
    const client = await gateway.join(way);
    const answer = await callApi(client, 'post', { note: 1, _headers: { 'Content-Type': type } });
    expect(answer.at(-1)).toMatchObject({ body: { tenant: 'realm1', note: 1 } });
    expect(upstream.requests[0]?.headers['content-type']).toBe(type);
  });

  it('is for the caller to say where all of the body is its own', async () => {
    const client = await gateway.join(way);
    const type = 'application/x-www-form-urlencoded';
    const answer = await callApi(client, 'free', { note: '&a=b&', _headers: { 'Content-Type': type } });
    expect(answer.at(-1)).toMatchObject({ body: { a: 'b' } });
  });
});
