/** Two ways to the same upstream, each kept at a fixed number of requests in flight. */
import { Pool } from 'undici';
import { WebSocket } from 'ws';

/**
 * Keeps `concurrency` operations running until `total` are done.
 *
 * @param {(index: number) => Promise<void>} operation
 * @returns {Promise<{ perSecond: number, medianMs: number, p99Ms: number }>}
 */
export async function measure(operation, total, concurrency) {
  const latencies = new Float64Array(total);
  let begun = 0;
  const worker = async () => {
    while (begun < total) {
      const index = begun++;
      const start = performance.now();
      await operation(index);
      latencies[index] = performance.now() - start;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort();
  return {
    perSecond: total / seconds,
    medianMs: latencies[total >> 1],
    p99Ms: latencies[Math.floor(total * 0.99)],
  };
}

/** Straight to the upstream, as a program without a gateway would. */
export function direct(port, connections) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  return {
    async get(index) {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: `/api/invoices/INV-${index}?expand=lines`,
      });
      const { amount } = await body.json();
      if (statusCode !== 200 || amount !== 1500) throw new Error('the upstream answered something else');
    },
    close: () => pool.close(),
  };
}

/** Through the gateway, over one WebSocket: frames by hand, so that no client library is measured. */
export async function viaGateway(url) {
  const socket = new WebSocket(url, 'wamp.2.json', { perMessageDeflate: false });
  const waiting = new Map();
  let request = 0;
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send('[1,"com.example.myrealm",{"roles":{"caller":{}}}]'));
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString());
      if (message[0] === 2) return resolve();
      const settle = waiting.get(message[0] === 8 ? message[2] : message[1]);
      waiting.delete(message[0] === 8 ? message[2] : message[1]);
      settle?.(message);
    });
  });
  return {
    async get(index) {
      const id = ++request;
      const answer = new Promise((resolve) => waiting.set(id, resolve));
      socket.send(`[48,${id},{},"com.billing.get_invoice",[],{"id":"INV-${index}","expand":"lines"}]`);
      const message = await answer;
      if (message[0] !== 50 || message[4].body.amount !== 1500)
        throw new Error(`the call failed: ${JSON.stringify(message)}`);
    },
    close: () => socket.close(),
  };
}
