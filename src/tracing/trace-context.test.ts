import { describe, expect, it } from 'vitest';
import { newSpanId, readTraceContext, traceHeaders } from './trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const read = (traceparent: string, tracestate?: string) => readTraceContext({ traceparent, tracestate });

describe('a traceparent', () => {
  it('has trace ID, parent ID and flags', () => {
    expect(read(`00-${TRACE}-${PARENT}-01`)).toEqual({
      traceId: TRACE,
      parentId: PARENT,
      flags: 1,
      tracestate: undefined,
    });
  });

  it.each([
    ['of a later version', `cc-${TRACE}-${PARENT}-01`, 1],
    ['of a later version with more fields', `01-${TRACE}-${PARENT}-01-what-the-future-brings`, 1],
    ['with the flag for random trace IDs', `00-${TRACE}-${PARENT}-03`, 3],
    ['with unknown flags', `00-${TRACE}-${PARENT}-fe`, 2],
  ])('%s is valid', (_, text, flags) => {
    expect(read(text)).toMatchObject({ traceId: TRACE, parentId: PARENT, flags });
  });

  it.each([
    ['empty', ''],
    ['too short', `00-${TRACE}-${PARENT}`],
    ['of version ff', `ff-${TRACE}-${PARENT}-01`],
    ['of version 00 with more fields', `00-${TRACE}-${PARENT}-01-x`],
    ['of a later version with more digits', `01-${TRACE}-${PARENT}-011`],
    ['in capital letters', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['without a trace ID', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['without a parent ID', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['with a space', ` 00-${TRACE}-${PARENT}-01`],
    ['with a line break at its end', `00-${TRACE}-${PARENT}-01\n`],
    ['with a line break in later fields', `01-${TRACE}-${PARENT}-01-a\nb`],
  ])('that is %s is ignored', (_, text) => {
    expect(read(text, 'a=1')).toBeUndefined();
  });
});

describe('a tracestate', () => {
  const stateOf = (text: string) => read(`00-${TRACE}-${PARENT}-01`, text)?.tracestate;

  it.each([
    ['of one member', 'acme=t61rcWkgMzE'],
    ['with a tenant and a digit first', '0tenant@acme=1,b=2'],
    ['with spaces and empty members', 'a=1 ,\tb=2,,'],
    ['with values that contain spaces and =', 'a=x y'],
    ['of 32 members', Array.from({ length: 32 }, (_, index) => `k${index}=1`).join()],
    ['of 512 characters', `${'a'.repeat(256)}=${'b'.repeat(255)}`],
  ])('%s goes on unchanged', (_, text) => {
    expect(stateOf(text)).toBe(text);
  });

  it.each([
    ['empty', ''],
    ['only commas', ', ,'],
    ['without a value', 'a='],
    ['without a key', '=1'],
    ['with a capital letter in a key', 'Acme=1'],
    ['with a = in a value', 'a=b=c'],
    ['with a control character', 'a=\x01'],
    ['with a line break', 'a=1\r\nx: y'],
    ['not ASCII', 'a=ü'],
    ['of 33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join()],
    ['longer than 512 characters', `${'a'.repeat(256)}=${'b'.repeat(256)}`],
  ])('that is %s is dropped, and the traceparent stays', (_, text) => {
    expect(read(`00-${TRACE}-${PARENT}-01`, text)).toMatchObject({ traceId: TRACE, tracestate: undefined });
  });
});

describe('the headers of an attempt', () => {
  const context = { traceId: TRACE, flags: 1, tracestate: 'a=1' };

  it('have the new span as the parent', () => {
    const both = { traceparent: true, tracestate: true };
    expect(traceHeaders(context, PARENT, both)).toEqual([
      'traceparent',
      `00-${TRACE}-${PARENT}-01`,
      'tracestate',
      'a=1',
    ]);
    expect(traceHeaders({ ...context, tracestate: undefined }, PARENT, both)).toHaveLength(2);
  });

  it('leave out what the configuration sets, and a tracestate without its traceparent', () => {
    expect(traceHeaders(context, PARENT, { traceparent: true, tracestate: false })).toHaveLength(2);
    expect(traceHeaders(context, PARENT, { traceparent: false, tracestate: true })).toEqual([]);
  });
});

it('a span ID has 16 hex digits and is never 0', () => {
  expect(newSpanId(() => 0)).toBe('0000000000000001');
  expect(newSpanId(() => 1 - 2 ** -53)).toBe('f'.repeat(16));
  expect(newSpanId(() => 1 / 3)).toBe('5555555555555555');
});
