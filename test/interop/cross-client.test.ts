import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autobahn, connectAutobahn } from '../support/autobahn.js';
import { autobahnJs, type Carried, FORMATS, type Format, wampy } from '../support/clients.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from '../support/router-host.js';
import { connectWampy } from '../support/wampy.js';
import { LIBRARIES, type Library } from './clients/libraries.js';
import { type Connect, type Player, playInProcess } from './clients/player.js';
import { type PythonLibrary, startPythonLibrary } from './clients/python-library.js';
import { findPythonWithAutobahn, findPythonWithXconn } from './python.js';

const pythonWithAutobahn = await findPythonWithAutobahn();
const pythonWithXconn = await findPythonWithXconn();

const started: PythonLibrary[] = [];
function inPython(python: string, script: string): Connect {
  let library: PythonLibrary | undefined;
  return (url, realm, format, prefix) => {
    if (library === undefined) {
      library = startPythonLibrary(python, script);
      started.push(library);
    }
    return library.join(url, realm, format, prefix);
  };
}
/** Each library that is here, in each realm and over each serializer. */
const PRESENT: readonly (readonly [Library, Connect])[] = [
  [
    LIBRARIES['autobahn|js'],
    async (url, realm, format, prefix) => playInProcess(await autobahnJs(url, realm, format), prefix),
  ],
  [
    LIBRARIES.wampy,
    async (url, realm, format, prefix) => playInProcess(await wampy(url, realm, format), prefix),
  ],
  ...(pythonWithAutobahn === undefined
    ? []
    : [[LIBRARIES['autobahn|python'], inPython(pythonWithAutobahn, 'autobahn_python.py')] as const]),
  ...(pythonWithXconn === undefined
    ? []
    : [[LIBRARIES.xconn, inPython(pythonWithXconn, 'xconn_python.py')] as const]),
];

interface Seat {
  readonly library: Library;
  readonly format: Format;
  /** In titles of tests. */
  readonly name: string;
  readonly connect: Connect;
  /** Before the names of its procedures. */
  readonly prefix: string;
}
const SEATS: readonly Seat[] = PRESENT.flatMap(([library, connect], at) =>
  FORMATS.map((format) => {
    return {
      library,
      format,
      connect,
      name: `${library.name}/${format}`,
      prefix: `com.client${at}.${format}`,
    };
  }),
);
const PAIRS = SEATS.flatMap((caller) => SEATS.map((callee) => ({ caller, callee })));

const KINDS: readonly (readonly [string, Carried])[] = [
  ['unicode', { args: ['ä€😀', '', 'a\u0000b', '\u2028"\\', '\ufeff'], kwargs: { ключ: 'Ω', '': '日本' } }],
  [
    'binary',
    {
      args: [Buffer.from([0, 255, 128]), Buffer.from('text')],
      kwargs: { none: Buffer.alloc(0), in: [Buffer.alloc(300, 7)] },
    },
  ],
  [
    'integers',
    { args: [2 ** 53 - 1, -(2 ** 53) + 1, 0, -1, 255, 65536, 2 ** 31, 2 ** 32], kwargs: { n: 2 ** 53 - 1 } },
  ],
  ['floats', { args: [1.5, -0.1, 1e300, 5e-324, 0.1 + 0.2], kwargs: { pi: Math.PI } }],
  [
    'nested',
    { args: [[[], {}, [{ a: [{ b: [1, 'two'] }] }]], { c: {} }], kwargs: { d: { e: { f: [[]] } } } },
  ],
  ['null', { args: [null, [null], true, false], kwargs: { a: null, b: { c: null } } }],
  ['kwargs alone', { args: [], kwargs: { only: 'this' } }],
  ['args alone', { args: ['only', 'these'], kwargs: {} }],
];

/** As the application at this seat sends it: where the library has no bytes in JSON, it writes their text itself. */
const sent = ({ library, format }: Seat, carried: Carried): Carried =>
  format === 'json' && library.bytesInJson === 'text' ? mapCarried(carried, toText) : carried;
const toText = (item: unknown) =>
  item instanceof Uint8Array ? `\0${Buffer.from(item).toString('base64')}` : item;

/** As the application at this seat gets it. */
const received = (seat: Seat, carried: Carried): Carried =>
  seat.format === 'msgpack' && seat.library.longInMsgpack === 'bigint'
    ? mapCarried(carried, toLong)
    : sent(seat, carried);
const toLong = (item: unknown) =>
  Number.isSafeInteger(item) && ((item as number) >= 2 ** 32 || (item as number) < -(2 ** 31))
    ? BigInt(item as number)
    : item;

/** Comparable: libraries have classes of their own for bytes, dictionaries and results. */
const plain = (carried: Carried = NOTHING): Carried => mapCarried(carried, toHex);
const toHex = (item: unknown) =>
  item instanceof Uint8Array ? `bytes ${Buffer.from(item).toString('hex')}` : item;
const NOTHING: Carried = { args: [], kwargs: {} };

function mapCarried({ args, kwargs }: Carried, change: (item: unknown) => unknown): Carried {
  return mapItems({ args, kwargs }, change) as Carried;
}
function mapItems(value: unknown, change: (item: unknown) => unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return change(value);
  if (Array.isArray(value)) return value.map((item) => mapItems(item, change));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapItems(item, change)]));
}

/** Milliseconds, of which each pair needs some ten. */
const QUICK = { timeout: 10_000 };

let host: RouterHost;
const players = new Map<string, Player>();
const player = (realm: string, seat: Seat): Player => players.get(`${realm} ${seat.name}`)!;
beforeAll(async () => {
  host = await startRouterHost({
    router: { rules: (realm) => ({ progressiveResults: realm === 'realm2' ? 'always' : 'announced' }) },
  });
  for (const realm of ['realm1', 'realm2']) {
    for (const seat of SEATS)
      players.set(`${realm} ${seat.name}`, await seat.connect(host.url, realm, seat.format, seat.prefix));
  }
});
afterAll(async () => {
  for (const one of players.values()) await one.leave();
  await untilEmpty(host);
  await host.dispose();
  // Clients drop a connection whose messages they do not like, or are dropped for theirs: neither has been.
  expect(host.logged.filter((line) => /violation|could not be/.test(line))).toEqual([]);
  for (const library of started) await library.close();
});

it.each(SEATS)('$name has a session ID beyond 32 bit, exactly, and its own serializer', async (seat) => {
  const { session, call } = player('realm1', seat);
  expect(Number.isSafeInteger(session)).toBe(true);
  expect(SEATS.some((one) => player('realm1', one).session > 2 ** 32)).toBe(true);
  const { args } = await call('wamp.session.get', { args: [session], kwargs: {} }).outcome;
  const [known] = args as [{ session: number | bigint; transport: unknown }];
  expect(Number(known.session)).toBe(session);
  expect(known.transport).toMatchObject({ type: 'websocket', serializer: seat.format });
});

describe('values', QUICK, () => {
  it.each(PAIRS)('$caller.name calls $callee.name', async ({ caller, callee }) => {
    const [from, to] = [player('realm1', caller), player('realm1', callee)];
    for (const [kind, carried] of KINDS) {
      const { uri, ...result } = await from.call(`${callee.prefix}.echo`, sent(caller, carried)).outcome;
      expect({ kind, uri, result: plain(result), seen: plain(await to.seen()) }).toEqual({
        kind,
        uri: undefined,
        result: plain(received(caller, carried)),
        seen: plain(received(callee, carried)),
      });
    }
  });
});

describe('integers of 64 bit', QUICK, () => {
  const isExact = ({ library, format }: Seat) => library.exactIn.includes(format);
  const carried = { args: [2n ** 64n - 1n, 2n ** 63n, -(2n ** 63n), 2n ** 53n], kwargs: { n: 2n ** 60n } };
  it.each(PAIRS.filter(({ caller, callee }) => isExact(caller) && isExact(callee)))(
    '$caller.name calls $callee.name',
    async ({ caller, callee }) => {
      const result = await player('realm1', caller).call(`${callee.prefix}.echo`, carried).outcome;
      expect(plain(result)).toEqual(carried);
      expect(plain(await player('realm1', callee).seen())).toEqual(carried);
    },
  );
});

describe('errors with args and kwargs', QUICK, () => {
  it.each(PAIRS)('$callee.name fails for $caller.name', async ({ caller, callee }) => {
    for (const [kind, carried] of KINDS) {
      const failed = await player('realm1', caller).call(`${callee.prefix}.fail`, sent(caller, carried))
        .outcome;
      const { args, kwargs } = received(caller, carried);
      expect({ kind, uri: failed.uri, ...plain(failed) }).toEqual({
        kind,
        uri: 'com.example.failure',
        ...plain({ args, kwargs: callee.library.errorKwargs ? kwargs : {} }),
      });
    }
  });
});

describe.each([
  { realm: 'realm1', told: 'callees that announced it' },
  { realm: 'realm2', told: 'every callee' },
])('progressive results, where $told is asked for them', QUICK, ({ realm }) => {
  it.each(PAIRS)('$callee.name yields to $caller.name', async ({ caller, callee }) => {
    const { yieldsProgress } = callee.library;
    const asked =
      caller.library.takesProgress &&
      (yieldsProgress === 'announced' || (yieldsProgress === 'unannounced' && realm === 'realm2'));
    const procedure = `${callee.prefix}.steps`;
    for (const wanted of [caller.library.takesProgress, false]) {
      const expected = [1, 2, 3].map((step) => ({ args: [step], kwargs: { step } }));
      const got = await player(realm, caller).call(procedure, NOTHING, wanted).outcome;
      expect(plain(got)).toEqual(plain({ args: ['done'], kwargs: { asked: asked && wanted } }));
      expect(got.progress?.map(plain)).toEqual(asked && wanted ? expected : []);
    }
  });
});

describe('cancel', QUICK, () => {
  const cases = PAIRS.flatMap((pair) => pair.caller.library.cancelModes.map((mode) => ({ ...pair, mode })));
  it.each(cases)('$caller.name cancels at $callee.name with mode $mode', async ({ caller, callee, mode }) => {
    const [from, to] = [player('realm1', caller), player('realm1', callee)];
    const { waiting, interrupted } = to;
    const call = from.call(`${callee.prefix}.wait`, NOTHING);
    await until(() => to.waiting > waiting);
    call.cancel(mode);
    const isInterrupted = callee.library.interruptible && mode !== 'skip';
    // With kill, the answer is what the procedure makes of it.
    const isOwn = isInterrupted && mode === 'kill';
    expect(await call.outcome).toMatchObject(
      isOwn
        ? { uri: 'com.example.interrupted', args: ['stopped'], kwargs: { at: 'once' } }
        : { uri: caller.library.canceled },
    );
    // What the router sent before comes before.
    const lives = () => from.call(`${callee.prefix}.echo`, { args: [mode], kwargs: {} }).outcome;
    expect(await lives()).toMatchObject({ args: [mode] });
    if (isInterrupted) await until(() => to.interrupted > interrupted);
    else await to.finish();
    expect(to.interrupted - interrupted).toBe(isInterrupted ? 1 : 0);
    // Nobody waits for the late result; and both live on.
    expect(await lives()).toMatchObject({ args: [mode] });
  });

  it.skipIf(pythonWithAutobahn === undefined)(
    'autobahn|python answers no kill where its procedure lets CancelledError pass',
    async () => {
      const python = startPythonLibrary(pythonWithAutobahn!, 'autobahn_python.py');
      const callee = await python.join(host.url, 'realm1', 'json', 'com.silent');
      const { client: caller } = await connectWampy(host.url, 'realm1');
      const call = caller.call('com.silent.wait', { argsDict: { silently: true } }, { timeout: 1000 });
      const { reqId } = caller.getOpStatus();
      await until(() => callee.waiting === 1);
      caller.cancel(reqId, { mode: 'kill' });
      // The caller has its answer nevertheless, when its time is up.
      await expect(call).rejects.toMatchObject({ errorUri: 'wamp.error.timeout' });
      expect(callee.interrupted).toBe(1);
      expect(await callee.call('com.silent.echo', NOTHING).outcome).toMatchObject(NOTHING);
      await Promise.all([caller.disconnect(), callee.leave()]);
      const printed = await python.close().catch((error: Error) => error.message);
      expect(printed).toContain('asyncio.exceptions.CancelledError');
      expect(printed).not.toMatch(/ProtocolError|failing WebSocket/);
    },
  );

  it.each(SEATS)('$name can cancel, or cannot, as the table says', (seat) => {
    expect(player('realm1', seat).cancels).toBe(seat.library.cancelModes.length > 0);
  });

  const forgetful = FORMATS.flatMap((format) => ['skip', 'killnowait'].map((mode) => ({ format, mode })));
  it.each(forgetful)(
    'autobahn|js/$format drops its connection where it cancels with mode $mode',
    async ({ format, mode }) => {
      const callee = SEATS[0]!;
      const { session, closed } = await connectAutobahn(host.url, 'realm1', format);
      const to = player('realm1', callee);
      const { waiting } = to;
      const call = session.call(`${callee.prefix}.wait`);
      await until(() => to.waiting > waiting);
      call.cancel({ mode });
      await expect(call).rejects.toEqual(new autobahn.Error('Cancelled'));
      expect(await closed).toBe('lost');
      await to.finish();
    },
  );
});
