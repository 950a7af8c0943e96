/**
 * Measures what an event of a stream costs the gateway: the processor time of the gateway's own
 * process. The upstream and the callers are other processes. Then measures how soon the
 * connection to the upstream closes when the caller cancels or is lost.
 *
 * `node bench/streams.js` after `npm run build`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

const REALM = 'com.example.myrealm';
const HELLO = 1;
const CALL = 48;
const CANCEL = 49;
const EVENT = Buffer.from(
  'data: {"id":"INV-001","amount":1500,"status":"paid","customer":"Example GmbH"}\n\n',
);
const SIDES = { upstream, callers, canceler, gateway };

/** Sends events in pieces: `path` is /COUNT/PIECE/PAUSE. Tells when a connection is cut off. */
function upstream() {
  const server = createServer(async (request, response) => {
    const [, count, piece, pause] = request.url.split('/').map(Number);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = Buffer.concat(Array.from({ length: piece }, () => EVENT));
    response.once('close', () => {
      if (!response.writableFinished) process.send({ at: milliseconds() });
    });
    for (let sent = 0; sent < count && !response.destroyed; sent += piece) {
      if (!response.write(bytes)) await once(response, 'drain');
      if (pause > 0) await wait(pause);
    }
    response.end();
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

/** The clock of the system, the same in all processes. */
function milliseconds() {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function join(url) {
  const ws = new WebSocket(url, ['wamp.2.json'], { perMessageDeflate: false });
  await once(ws, 'open');
  ws.send(
    JSON.stringify([HELLO, REALM, { roles: { caller: { features: { progressive_call_results: true } } } }]),
  );
  await once(ws, 'message');
  return ws;
}

function call(ws, request, kwargs) {
  ws.send(JSON.stringify([CALL, request, { receive_progress: true }, 'com.bench.stream', [], kwargs]));
}

/** Makes `streams` calls over one connection, and counts their events. */
async function callers(url) {
  const ws = await join(url);
  process.on('message', ({ streams, count, piece, pause }) => {
    let events = 0;
    let ended = 0;
    let errors = 0;
    const onMessage = (data) => {
      const head = data.toString('latin1', 0, 40);
      if (head.startsWith('[8')) errors++;
      if (head.includes('"progress":true')) events++;
      else if (++ended === streams) {
        ws.off('message', onMessage);
        process.send({ events, errors });
      }
    };
    ws.on('message', onMessage);
    for (let index = 0; index < streams; index++) call(ws, ++requests, { count, piece, pause });
  });
  let requests = 0;
  process.send({});
}

/** Makes a call, and ends it after its first event: by CANCEL, or by closing the connection. */
async function canceler(url) {
  let ws = await join(url);
  let request = 0;
  process.on('message', async ({ mode }) => {
    call(ws, ++request, { count: 1_000, piece: 1, pause: 1_000 });
    await once(ws, 'message');
    const at = milliseconds();
    if (mode === 'lost') {
      ws.terminate();
      ws = await join(url);
      request = 0;
    } else {
      ws.send(JSON.stringify([CANCEL, request, { mode }]));
      await once(ws, 'message');
    }
    process.send({ at });
  });
  process.send({});
}

async function gateway(port) {
  const { createGateway, parseConfig } = await import('../dist/index.js');
  const service = 'rpc_gateway.services.bench';
  const conf = `
listeners.main.port = 0
${service}.base_url = http://127.0.0.1:${port}
${service}.pool.size = 2000
${service}.liveness.enabled = off
${service}.procedures.stream.uri = com.bench.stream
${service}.procedures.stream.realm = ${REALM}
${service}.procedures.stream.path = /{{count}}/{{piece}}/{{pause}}`;
  const running = createGateway(parseConfig(conf, { env: {} }));
  await running.start();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpuMs: (user + system) / 1000, rss: process.memoryUsage().rss });
  });
  process.send({ url: running.endpoints[0] });
}

async function start(side, ...args) {
  const child = fork(fileURLToPath(import.meta.url), [side, ...args.map(String)]);
  const [ready] = await once(child, 'message');
  return { child, ready };
}

async function ask({ child }, message) {
  const answered = once(child, 'message');
  child.send(message);
  return (await answered)[0];
}

const CELLS = [
  { name: 'one stream, 100 events in a piece', streams: 1, count: 200_000, piece: 100, pause: 0 },
  { name: 'one stream, each event alone', streams: 1, count: 100_000, piece: 1, pause: 0 },
  { name: '100 streams, 100 events in a piece', streams: 100, count: 2_000, piece: 100, pause: 0 },
  { name: '1,000 streams, an event each 100 ms', streams: 1_000, count: 200, piece: 1, pause: 100 },
];

const CANCELS = 100;
const MODES = {
  skip: 'CANCEL with skip',
  kill: 'CANCEL with kill',
  killnowait: 'CANCEL with killnowait',
  lost: 'A lost caller',
};

/** Milliseconds until the connection to the upstream has closed. */
async function timeOfEnd(api, client, mode) {
  const closed = once(api.child, 'message');
  const begin = await ask(client, { mode });
  return (await closed)[0].at - begin.at;
}

/** The first time is that of a gateway that has never ended a stream: no code is compiled yet. */
async function measureEnds(api, mode) {
  const own = await start('gateway', api.ready.port);
  const client = await start('canceler', own.ready.url);
  const first = await timeOfEnd(api, client, mode);
  const times = [];
  while (times.length < CANCELS) times.push(await timeOfEnd(api, client, mode));
  times.sort((one, other) => one - other);
  const [median, last] = [times[CANCELS / 2], times[CANCELS - 1]];
  console.log(
    `${MODES[mode]} ends the stream after ${first.toFixed(1)} ms the first time, then ${median.toFixed(1)} ms (median of ${CANCELS}) and ${last.toFixed(1)} ms at most`,
  );
  for (const { child } of [own, client]) child.kill();
}

async function main() {
  const api = await start('upstream');
  const own = await start('gateway', api.ready.port);
  const clients = await start('callers', own.ready.url);
  await ask(clients, CELLS[0]);
  for (const cell of CELLS) {
    const before = await ask(own, {});
    const begin = performance.now();
    const { events, errors } = await ask(clients, cell);
    const seconds = (performance.now() - begin) / 1000;
    const after = await ask(own, {});
    const micro = ((after.cpuMs - before.cpuMs) * 1000) / events;
    console.log(
      `${cell.name}: ${micro.toFixed(1)} µs of processor time per event, ${Math.round(events / seconds)} events/s, ${errors} errors, ${(after.rss / 1e6).toFixed(0)} MB`,
    );
  }
  for (const { child } of [own, clients]) child.kill();
  for (const mode of Object.keys(MODES)) await measureEnds(api, mode);
  api.child.kill();
}

const [side, ...args] = process.argv.slice(2);
if (side === undefined) await main();
else await SIDES[side](...args);
