import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../support/close-after-each.js';
import { openStreamFixture } from '../support/stream-fixture.js';
import { findPythonWithAutobahn, runPython } from './python.js';

const python = await findPythonWithAutobahn();
const opened = closeAfterEach();

const EVENTS = Buffer.from(
  '\ufeff: hi\r\nevent: paid ✓\rid: é\r\ndata: {"amount":\ndata: "1 €"}\r\n\r\ndata: 😀\n\n',
);
const EVENT_BODIES = [
  { event: 'paid ✓', id: 'é', data: { amount: '1 €' }, retry: null },
  { event: 'message', id: 'é', data: '😀', retry: null },
];
const LINES = Buffer.from('{"a":"é"}\r\n\n[1,"😀"]\nlast €');
const LINE_BODIES = [{ a: 'é' }, [1, '😀'], 'last €'];

describe.skipIf(python === undefined)('autobahn|python', () => {
  it.each([
    ['text/event-stream', EVENTS, EVENT_BODIES],
    ['application/x-ndjson', LINES, LINE_BODIES],
  ] as const)('gets the parts of %s, wherever its bytes are split', async (type, bytes, bodies) => {
    const count = bytes.length + 1;
    const { api, gateway } = opened(await openStreamFixture({ type }, { lines: [`+pool.size = ${count}`] }));
    const printed = runPython(python as string, 'autobahn_streams.py', gateway.url, String(count));
    for (let at = 0; at < count; at++) {
      const response = await api.response(at + 1);
      await new Promise((resolve) => response.write(bytes.subarray(0, at), resolve));
      await new Promise((resolve) => setImmediate(resolve));
      response.end(bytes.subarray(at));
    }
    const expected = [
      ...bodies.map((body) => ({ status: 200, body })),
      { status: 200, body: '', count: bodies.length },
    ];
    const lines = (await printed).trimEnd().split('\n');
    expect(lines).toHaveLength(count);
    for (const line of lines) expect(JSON.parse(line)).toEqual(expected);
  });
});
