import { describe, expect, it } from 'vitest';
import { autobahnJs, type Carried, FORMATS, wampy } from '../../support/clients.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openStreamFixture } from '../../support/stream-fixture.js';

const opened = closeAfterEach();
const GET = 'com.billing.get_invoice';
const REALM = 'com.example.myrealm';
const LIBRARIES = { 'autobahn-js': autobahnJs, wampy };

const EVENTS = Buffer.from(
  [
    '\ufeff: hello\r\nevent: paid ✓\rid: é\r\ndata: {"amount":\ndata: "1 €"}\r\n\r\n',
    'data: 😀 no JSON\n\n',
  ].join(''),
);
const EVENT_BODIES = [
  { event: 'paid ✓', id: 'é', data: { amount: '1 €' }, retry: null },
  { event: 'message', id: 'é', data: '😀 no JSON', retry: null },
];
const LINES = Buffer.from('{"a":"é"}\r\n\n[1,"😀"]\nlast €');
const LINE_BODIES = [{ a: 'é' }, [1, '😀'], 'last €'];

const CASES = Object.keys(LIBRARIES).flatMap((library) =>
  FORMATS.map((format) => ({ library: library as keyof typeof LIBRARIES, format })),
);

describe.each(CASES)('$library with $format', ({ library, format }) => {
  it.each([
    ['text/event-stream', EVENTS, EVENT_BODIES],
    ['application/x-ndjson', LINES, LINE_BODIES],
  ] as const)('gets the parts of %s, wherever its bytes are split', async (type, bytes, bodies) => {
    const lines = [`+pool.size = ${bytes.length + 1}`];
    const { api, gateway } = opened(await openStreamFixture({ type }, { lines }));
    const client = opened(await LIBRARIES[library](gateway.url, REALM, format));
    const calls = Array.from({ length: bytes.length + 1 }, (_, id) => {
      const steps: Carried[] = [];
      const { outcome } = client.call(GET, { args: [], kwargs: { id } }, (step) => steps.push(step));
      return { steps, outcome };
    });
    await Promise.all(
      calls.map(async (_, at) => {
        const response = await api.response(at + 1);
        // Each piece arrives in a segment of its own.
        await new Promise((resolve) => response.write(bytes.subarray(0, at), resolve));
        await new Promise((resolve) => setImmediate(resolve));
        response.end(bytes.subarray(at));
      }),
    );
    for (const { steps, outcome } of calls) {
      expect((await outcome).kwargs).toMatchObject({ status: 200, body: '', count: bodies.length });
      expect(steps.map(({ kwargs }) => kwargs)).toEqual(bodies.map((body) => ({ status: 200, body })));
    }
  });
});
