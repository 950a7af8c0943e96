import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autobahnJs, type Carried, type Client, FORMATS, wampy } from '../../support/clients.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from '../../support/router-host.js';

/**
 * Clients of other projects with each of their serializers, as caller, callee, publisher and
 * subscriber.
 */

const CLIENTS = FORMATS.flatMap((format) => [
  { name: `wampy, ${format}`, connect: (url: string) => wampy(url, 'realm1', format) },
  { name: `autobahn|js, ${format}`, connect: (url: string) => autobahnJs(url, 'realm1', format) },
]);

/** The abilities of a client. Its bytes are text in JSON, and its integers have 64 bits. */
function plain(client: { readonly name: string }, value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'string' && value.startsWith('\0') && client.name.endsWith('json'))
    return plain(client, Buffer.from(value.slice(1), 'base64'));
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => plain(client, item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(client, item)]));
}

const KINDS: readonly (readonly [string, Carried])[] = [
  ['text', { args: ['ä€😀', '', 'a\u0000b', '\u2028"\\'], kwargs: { ключ: 'Ω', '': '\ufeff' } }],
  [
    'integers',
    { args: [0, -1, 255, 65536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1], kwargs: { n: 2 ** 40 } },
  ],
  ['floats', { args: [1.5, -0.1, 1e300, 5e-324, 3.0], kwargs: { pi: Math.PI } }],
  ['nothing at all', { args: [], kwargs: {} }],
  ['null and booleans', { args: [null, true, false], kwargs: { a: null } }],
  ['nested values', { args: [[[], {}, [{ a: [{ b: [1] }] }]]], kwargs: { d: { e: { f: [null] } } } }],
  // Long enough that the router copies it unchanged from JSON to JSON.
  [
    'long args and kwargs',
    { args: ['ä€😀"\\'.repeat(200), 2 ** 40, [1.5, null]], kwargs: { ключ: 'Ω'.repeat(300), n: -(2 ** 40) } },
  ],
  ['only long args', { args: [Array.from({ length: 300 }, (_, index) => ({ index }))], kwargs: {} }],
  ['kwargs alone', { args: [], kwargs: { only: 'this' } }],
  [
    'bytes',
    { args: [new Uint8Array([0, 255, 128]), Buffer.from('buffer')], kwargs: { b: new Uint8Array() } },
  ],
];

/** What the client can send. JSON has no bytes, and these clients have no replacement for them. */
const sendable = (name: string): typeof KINDS =>
  KINDS.map(([kind, carried]) =>
    kind === 'bytes' && name.endsWith('json')
      ? [kind, { args: ['\0AP+A', '\0YnVmZmVy'], kwargs: { b: '\0' } }]
      : [kind, carried],
  );

describe('a client of any serializer', () => {
  let host: RouterHost;
  const clients: Client[] = [];
  beforeEach(async () => {
    host = await startRouterHost();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await untilEmpty(host);
    await host.dispose();
    expect(host.logged.filter((line) => /could not be|violation/.test(line))).toEqual([]);
  });
  async function connect(by: (typeof CLIENTS)[number]): Promise<Client> {
    const client = await by.connect(host.url);
    clients.push(client);
    return client;
  }

  it.each(CLIENTS)('$name gets the exact session ID beyond 32 bits', async (by) => {
    const client = await connect(by);
    expect(client.session).toBeGreaterThan(2 ** 32);
    expect(Number.isInteger(client.session)).toBe(true);
  });

  const pairs = CLIENTS.flatMap((callee) => CLIENTS.map((caller) => ({ callee, caller })));
  it.each(pairs)('$caller.name calls $callee.name', async (pair) => {
    const callee = await connect(pair.callee);
    const caller = await connect(pair.caller);
    let seen: Carried | undefined;
    await callee.register('com.echo', (carried) => {
      seen = carried;
      return carried;
    });
    await callee.register('com.fail', (carried) => {
      throw { uri: 'com.example.failure', ...carried };
    });
    for (const [, carried] of sendable(pair.caller.name)) {
      const { args, kwargs } = plain(pair.caller, carried) as Carried;
      const result = plain(pair.caller, await caller.call('com.echo', carried).outcome) as Carried;
      expect(plain(pair.callee, seen)).toMatchObject({ args, kwargs });
      // For an empty result, autobahn|js returns undefined and wampy null.
      if (args.length + Object.keys(kwargs).length > 0) expect({ ...result }).toMatchObject({ args, kwargs });
      const failed = caller
        .call('com.fail', carried)
        .outcome.catch((error: unknown) => plain(pair.caller, error));
      expect(await failed).toMatchObject({ uri: 'com.example.failure', args, kwargs });
    }
  });

  it.each(CLIENTS)('$name publishes to all clients but itself', async (by) => {
    const heard = new Map<string, unknown[]>();
    for (const subscriber of CLIENTS) {
      const events: unknown[] = [];
      heard.set(subscriber.name, events);
      await (await connect(subscriber)).subscribe('com.topic', (carried) =>
        events.push(plain(subscriber, { ...carried })),
      );
    }
    const publisher = await connect(by);
    const kinds = sendable(by.name).filter(([kind]) => kind !== 'nothing at all');
    for (const [, carried] of kinds) await publisher.publish('com.topic', carried);
    await until(
      () => [...heard.values()].every((events) => events.length === kinds.length),
      () => [...heard],
    );
    for (const events of heard.values()) {
      for (const [index, [, carried]] of kinds.entries()) {
        const { args, kwargs } = plain(by, carried) as Carried;
        expect(events[index]).toMatchObject({ args, kwargs });
      }
    }
  });
});
