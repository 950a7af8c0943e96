import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createSerializers } from '../../dist/wamp/serializers.js';
import { invoices, SIZES } from '../bodies.js';
import { slug, TOKEN } from '../upstream.js';

/**
 * Calls by WAMP over one WebSocket. Frames are written and read by hand where they are JSON, so that no client library is
 * measured; the binary ones by the gateway's own serializers.
 */
export async function wamp({ url, realm = 'com.example.myrealm', serializer = 'json', rest = false }) {
  const codec = createSerializers().find(({ name }) => name === serializer);
  const socket = new WebSocket(url, codec.subprotocol, { perMessageDeflate: false, maxPayload: 2 ** 30 });
  const waiting = new Map();
  let request = 0;
  const send = serializer === 'json' ? (list) => socket.send(JSON.stringify(list)) : sendBinary;
  const read = serializer === 'json' ? (data) => JSON.parse(data.toString()) : readBinary;

  /** [48, request, options, procedure, args, kwargs] as the serializers have it. */
  function sendBinary([type, id, options, procedure, args, kwargs]) {
    const message =
      type === 1
        ? { type, realm: id, details: options }
        : { type, request: id, options, procedure, payload: { args, kwargs } };
    socket.send(codec.encode(message));
  }
  function readBinary(data) {
    const message = codec.decode(data);
    const { type, payload } = message;
    return type === 50
      ? [50, message.request, {}, payload.args, payload.kwargs]
      : [type, message.requestType, message.request, {}, message.uri];
  }

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

  /** By Crossbar.io's REST callee, whose caller writes and reads the JSON. */
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

  // Crossbar.io's callee joins some time after its router listens.
  const end = Date.now() + 30_000;
  while (rest) {
    const failure = await restOperation({ method: 'GET', size: '50 B' })(0).catch((error) => error);
    if (failure === undefined) break;
    if (Date.now() > end) throw failure;
    await delay(200);
  }
  return { operation: rest ? restOperation : operation, close: () => socket.close() };
}
