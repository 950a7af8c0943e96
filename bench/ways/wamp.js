import { setTimeout as delay } from 'node:timers/promises';
import { Encoder as CborEncoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import { WebSocket } from 'ws';
import { invoices, SIZES } from '../bodies.js';
import { slug, TOKEN } from '../upstream.js';

/** Writes and reads frames as clients do, with the functions of their runtime or a library. */
const CODECS = {
  json: () => ({ write: JSON.stringify, read: (data) => JSON.parse(data.toString()) }),
  msgpack: () => withLibrary(new Packr({ useRecords: false })),
  cbor: () => withLibrary(new CborEncoder({ useRecords: false })),
};
const withLibrary = (library) => ({
  write: (list) => library.encode(list),
  read: (data) => library.decode(data),
});

/** Calls over one WebSocket. It builds the messages itself, so no client library is measured. */
export async function wamp({ url, realm = 'com.example.myrealm', serializer = 'json', rest = false }) {
  const { write, read } = CODECS[serializer]();
  const socket = new WebSocket(url, `wamp.2.${serializer}`, {
    perMessageDeflate: false,
    maxPayload: 2 ** 30,
  });
  const waiting = new Map();
  let request = 0;
  const send = (list) => socket.send(write(list));

  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => send([1, realm, { roles: { caller: {} } }]));
    socket.on('message', (data) => {
      const message = read(data);
      if (message[0] === 2) return resolve();
      const id = message[0] === 8 ? message[2] : message[1];
      const settle = waiting.get(id);
      waiting.delete(id);
      settle?.(message);
    });
  });

  /** @returns {Promise<Record<string, unknown>>} the result's kwargs, or its one argument */
  async function call(procedure, kwargs) {
    const id = ++request;
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    send([48, id, {}, procedure, [], kwargs]);
    const message = await answer;
    if (message[0] !== 50) throw new Error(`the call failed: ${JSON.stringify(message).slice(0, 300)}`);
    return message[4] ?? message[3][0];
  }

  async function check(answer) {
    const { body } = await answer;
    if (body.amount !== 1500) throw new Error('the upstream answered something else');
  }

  /** Calls Crossbar.io's REST callee. Its caller writes and reads the JSON. */
  async function checkRest(kwargs) {
    const { content } = await call('com.billing.rest', kwargs);
    if (JSON.parse(content).amount !== 1500) throw new Error('the upstream answered something else');
  }

  function restOperation({ method, size }) {
    const headers = { Authorization: [`Bearer ${TOKEN}`], 'X-Tenant': ['bench'] };
    const path = `/api/${slug(size)}`;
    if (method === 'GET') {
      const params = { expand: 'lines' };
      return (index) => checkRest({ method, url: `${path}/INV-${index}`, params, headers });
    }
    const document = invoices(SIZES[size]);
    const posted = { ...headers, 'Content-Type': ['application/json'] };
    return () => checkRest({ method, url: `${path}/new`, body: JSON.stringify(document), headers: posted });
  }

  function operation({ method, size }) {
    const procedure = `com.billing.${method.toLowerCase()}_${slug(size)}`;
    if (method === 'GET') return (index) => check(call(procedure, { id: `INV-${index}`, expand: 'lines' }));
    const document = invoices(SIZES[size]);
    return () => check(call(procedure, document));
  }

  // Crossbar.io's callee joins some time after its router has opened its listener.
  const end = Date.now() + 30_000;
  while (rest) {
    const failure = await restOperation({ method: 'GET', size: '50 B' })(0).catch((error) => error);
    if (failure === undefined) break;
    if (Date.now() > end) throw failure;
    await delay(200);
  }
  return { operation: rest ? restOperation : operation, close: () => socket.close() };
}
