import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../../status/trial.js';
import type { ReplyBody } from '../pipeline/reply/decode-body.js';
import { endedTrial } from './trial-result.js';

const MEGABYTE = 1024 * 1024;

function result(body: ReplyBody, status = 200) {
  const kind = status < 400 ? 'result' : 'error';
  const reply = { kind, status, body, headers: undefined, uri: 'com.error' } as const;
  const { json } = endedTrial(reply, { durationMs: 1.234, attempts: 2 });
  return { ...(JSON.parse(json) as TrialResult), json };
}

describe('the result of a tried call', () => {
  it('has the body of a response', () => {
    expect(result({ kind: 'text', text: 'hello' })).toMatchObject({
      outcome: 'ok',
      error: null,
      status: 200,
      code: null,
      message: null,
      id: null,
      duration_ms: 1.2,
      attempts: 2,
      retry_after: null,
      body: { kind: 'text', text: 'hello' },
      is_cut: false,
      has_more: false,
    });
    expect(result({ kind: 'text', text: '' }, 404)).toMatchObject({
      outcome: 'client_error',
      error: 'com.error',
      body: { kind: 'empty' },
    });
    expect(result({ kind: 'bytes', bytes: Buffer.alloc(7) }).body).toEqual({ kind: 'bytes', size: 7 });
    expect(result({ kind: 'utf8', utf8: Buffer.from('€') }).body).toEqual({ kind: 'text', text: '€' });
  });

  it('says that pages of a list are left', () => {
    const body = { kind: 'json', json: Buffer.from('[]') } as const;
    const reply = { kind: 'result', status: 200, body, headers: undefined, extra: { more: true } } as const;
    expect(JSON.parse(endedTrial(reply, { durationMs: 1, attempts: 2 }).json)).toMatchObject({
      outcome: 'ok',
      has_more: true,
    });
  });

  it('copies JSON, so that no digit is lost', () => {
    const { json } = result({ kind: 'json', json: Buffer.from('{"id":12345678901234567890,"price":1.10}') });
    expect(json).toContain('"body":{"kind":"json","value":{"id":12345678901234567890,"price":1.10}}}');
  });

  it('cuts a large body between two characters', () => {
    const text = result({ kind: 'text', text: `x${'€'.repeat(MEGABYTE / 2)}` });
    expect(text.is_cut).toBe(true);
    expect(text.body).toEqual({ kind: 'text', text: `x${'€'.repeat(Math.floor((MEGABYTE - 1) / 3))}` });
    const json = result({ kind: 'json', json: Buffer.from(`"${'x'.repeat(MEGABYTE)}"`) });
    expect(json).toMatchObject({ is_cut: true, body: { kind: 'text' } });
  });

  it('has the error of the gateway', () => {
    const kwargs = {
      status: 503,
      message: 'This service is not available now; try again later',
      body: 'the same',
      code: 'down',
      id: 'abcdefgh',
      attempts: 0,
      retry_after: 7,
    };
    const { outcome, json } = endedTrial(
      { kind: 'failure', code: 'down', uri: 'com.down', kwargs },
      { durationMs: 5, attempts: 0 },
    );
    expect(outcome).toBe('down');
    expect(JSON.parse(json)).toEqual({
      outcome: 'down',
      error: 'com.down',
      status: 503,
      code: 'down',
      message: 'This service is not available now; try again later',
      id: 'abcdefgh',
      duration_ms: 5,
      attempts: 0,
      retry_after: 7,
      body: { kind: 'empty' },
      is_cut: false,
      has_more: false,
    });
  });
});
