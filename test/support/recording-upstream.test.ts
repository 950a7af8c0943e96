import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HANG, RESET, type RecordingUpstream, startRecordingUpstream } from './recording-upstream.js';
import { readTlsFixtures } from './tls-fixtures.js';

describe('the recording upstream', () => {
  let upstream: RecordingUpstream | undefined;
  afterEach(() => upstream?.close());

  it('records method, exact URL, headers and body', async () => {
    upstream = await startRecordingUpstream(() => ({ status: 201, json: { id: 7 } }));
    const waiting = upstream.arrived(1);
    const answer = await fetch(`${upstream.url}/a%2Fb?q=%20x`, {
      method: 'POST',
      headers: { 'X-Case': 'Kept' },
      body: 'hällo',
    });
    const seen = await waiting;
    expect([answer.status, await answer.json()]).toEqual([201, { id: 7 }]);
    expect(seen).toMatchObject({
      number: 1,
      method: 'POST',
      url: '/a%2Fb?q=%20x',
      text: 'hällo',
      connection: 1,
    });
    expect(seen.rawHeaders).toContain('Kept');
    expect(await seen.responded).toBe(true);
  });

  it('resets connections, sends partial responses and hangs', async () => {
    upstream = await startRecordingUpstream((request) => {
      if (request.url === '/reset') return RESET;
      if (request.url === '/half') {
        return { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', afterwards: 'close' };
      }
      return HANG;
    });
    await expect(fetch(`${upstream.url}/reset`)).rejects.toThrow();
    const half = await fetch(`${upstream.url}/half`);
    await expect(half.text()).rejects.toThrow();
    const gone = new AbortController();
    const hanging = fetch(`${upstream.url}/hang`, { signal: gone.signal });
    const seen = await upstream.arrived(3);
    gone.abort();
    await expect(hanging).rejects.toThrow();
    expect(await seen.responded).toBe(false);
  });

  it('counts connections', async () => {
    upstream = await startRecordingUpstream();
    const sockets = [connect(upstream.port, '127.0.0.1'), connect(upstream.port, '127.0.0.1')];
    for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const [first, second] = await Promise.all([upstream.arrived(1), upstream.arrived(2)]);
    expect([first.connection, second.connection].sort()).toEqual([1, 2]);
    expect(upstream.connections).toBe(2);
    for (const socket of sockets) socket.destroy();
    await upstream.drained();
    expect(upstream.openConnections).toBe(0);
  });

  it('speaks TLS with the test certificate', async () => {
    upstream = await startRecordingUpstream(undefined, { tls: true });
    const { url } = upstream;
    const status = await new Promise((resolve, reject) => {
      httpsRequest(url, { ca: readTlsFixtures().ca }, (answer) => resolve(answer.statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    await expect(fetch(url)).rejects.toThrow();
  });
});
