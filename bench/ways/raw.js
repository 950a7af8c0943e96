import { Pool } from 'undici';
import { invoices, SIZES } from '../bodies.js';
import { slug, TOKEN } from '../upstream.js';

/**
 * Sends requests directly to the upstream with undici's `request`, and writes and reads JSON. A
 * program without WAMP cannot be faster than this.
 */
export function raw({ port, connections }) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const headers = { authorization: `Bearer ${TOKEN}`, 'x-tenant': 'bench', accept: 'application/json' };
  const postHeaders = { ...headers, 'content-type': 'application/json' };

  async function check({ statusCode, body }) {
    const { amount } = await body.json();
    if (statusCode !== 200 || amount !== 1500) throw new Error('the upstream answered something else');
  }

  return {
    operation({ method, size }) {
      const bytes = SIZES[size];
      if (method === 'POST') {
        const document = invoices(bytes);
        const path = `/api/${slug(size)}/new`;
        return async () =>
          check(await pool.request({ method, path, headers: postHeaders, body: JSON.stringify(document) }));
      }
      return async (index) =>
        check(await pool.request({ method, path: `/api/${slug(size)}/INV-${index}?expand=lines`, headers }));
    },
    close: () => pool.close(),
  };
}
