import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { startRawUpstream } from '../../test/support/raw-upstream.js';
import {
  HANG,
  RESET,
  type ResponseHandler,
  startRecordingUpstream,
} from '../../test/support/recording-upstream.js';
import { TLS } from '../../test/support/upstream-fixture.js';
import { type Clock, systemClock } from '../clock.js';
import { createTurns } from '../turns.js';
import { type ProbeOptions, sendProbe } from './probe.js';
import { readUpstreamTls } from './tls.js';

const OPTIONS: ProbeOptions = {
  method: 'HEAD',
  headers: ['User-Agent', 'gateway'],
  timeoutMs: 60_000,
  connection: {
    connectTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    maxLifetimeMs: 60_000,
    maxBodyBytes: 1_000,
    maxHeaderBytes: 1_000,
    tls: readUpstreamTls(TLS),
  },
};

function probe(origin: string, options: Partial<ProbeOptions> = {}, clock: Clock = systemClock) {
  const parts = { clock, random: () => 0.5, turns: createTurns(systemClock) };
  return sendProbe({ origin, path: '/api?tenant=a' }, { ...OPTIONS, ...options }, parts);
}

describe('a probe', () => {
  const closeLater = closeAfterEach();
  const serve = async (respond: ResponseHandler) => closeLater(await startRecordingUpstream(respond));
  const serveBytes = async (bytes: string) => closeLater(await startRawUpstream(() => bytes));

  it('sends one request with the headers that it was given, and closes its connection', async () => {
    const upstream = await serve(() => ({ status: 204 }));
    const { outcome } = probe(upstream.url, {
      headers: ['Host', 'billing.internal', 'User-Agent', 'gateway'],
    });
    expect(await outcome).toEqual({ kind: 'response', status: 204 });
    await upstream.drained();
    const [request] = upstream.requests;
    expect(upstream.requests).toHaveLength(1);
    expect(request).toMatchObject({ method: 'HEAD', url: '/api?tenant=a' });
    expect(request?.headers).toEqual({
      host: 'billing.internal',
      'user-agent': 'gateway',
      connection: 'close',
    });
  });

  it.each([301, 404, 503])('gets the status %i, and follows no redirect', async (status) => {
    const upstream = await serve(() => ({ status, headers: { location: '/elsewhere' } }));
    expect(await probe(upstream.url, { method: 'GET' }).outcome).toEqual({ kind: 'response', status });
    expect(upstream.requests).toHaveLength(1);
  });

  it('skips interim responses', async () => {
    const upstream = await serveBytes(
      'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    );
    expect(await probe(upstream.url).outcome).toEqual({ kind: 'response', status: 200 });
  });

  it('does not wait for the body', async () => {
    const upstream = await serveBytes('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n');
    expect(await probe(upstream.url, { method: 'GET' }).outcome).toEqual({ kind: 'response', status: 200 });
    await upstream.drained();
  });

  it('fails when nothing listens, and when the connection is reset', async () => {
    const upstream = await serve(() => RESET);
    expect(await probe(upstream.url).outcome).toMatchObject({ kind: 'failure' });
    await upstream.close();
    expect(await probe(upstream.url).outcome).toEqual({ kind: 'failure', cause: 'connect ECONNREFUSED' });
  });

  it('fails when the certificate does not verify', async () => {
    const upstream = closeLater(await startRecordingUpstream(undefined, { tls: true }));
    expect(await probe(upstream.url).outcome).toMatchObject({ kind: 'failure' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('fails when the response is not HTTP', async () => {
    const upstream = await serveBytes('SSH-2.0-OpenSSH_9.2\r\n');
    expect(await probe(upstream.url).outcome).toMatchObject({ kind: 'failure' });
  });

  it('fails after its timeout, and closes the connection', async () => {
    const upstream = await serve(() => HANG);
    const clock = createFakeClock();
    const { outcome } = probe(upstream.url, { timeoutMs: 5_000 }, clock);
    const request = await upstream.arrived(1);
    clock.advance(5_000);
    expect(await outcome).toEqual({
      kind: 'failure',
      cause: 'no response within liveness.timeout (5000 ms)',
    });
    expect(await request.responded).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('can be stopped while it waits', async () => {
    const upstream = await serve(() => HANG);
    const running = probe(upstream.url);
    const request = await upstream.arrived(1);
    running.stop();
    expect(await running.outcome).toMatchObject({ kind: 'failure' });
    expect(await request.responded).toBe(false);
    running.stop();
  });
});
