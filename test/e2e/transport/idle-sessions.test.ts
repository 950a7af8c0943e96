import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { upgradeRequest, webSocketFrame } from '../../support/hostile-octets.js';
import { connectOctets, type OctetClient } from '../../support/octet-client.js';
import { frameOf } from '../../support/raw-socket-client.js';

/** It runs the built package. */
const GATEWAY = fileURLToPath(new URL('../fixtures/idle-gateway.js', import.meta.url));

/**
 * Over each transport. Ten thousand in test/idle-sessions-long-run.js, which also prints what is
 * measured.
 */
const SESSIONS = Number(process.env['IDLE_SESSIONS'] ?? 300);

/** Bytes that one idle session may take: its socket, its buffers, and the router's data. */
const PER_SESSION = 14 * 1024;
/** Memory beyond that, because the process gets and returns memory in larger pieces. */
const SLACK = 12 * 1024 * 1024;

const HELLO = '[1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}]';
const CALL = '[48,1,{},"com.none"]';

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

async function startGateway(): Promise<{ child: ChildProcess; urls: string[] }> {
  const child = fork(GATEWAY, { execArgv: ['--expose-gc'] });
  const [{ urls }] = (await once(child, 'message')) as [{ urls: string[] }];
  return { child, urls };
}

async function memoryOf(child: ChildProcess): Promise<Memory> {
  child.send('memory?');
  const [memory] = (await once(child, 'message')) as [Memory];
  return memory;
}

/** Joins over bare octets, so that ten thousand clients need little memory in this process. */
async function joinWebSocket(url: string): Promise<OctetClient> {
  const client = await connectOctets(url);
  client.write(upgradeRequest());
  let head = '';
  while (!head.endsWith('\r\n\r\n')) head += await client.read(1);
  client.write(webSocketFrame(0x81, HELLO));
  const [, length = 0] = await client.read(2);
  await client.read(length < 126 ? length : (await client.read(2)).readUInt16BE());
  return client;
}

async function joinRawSocket(url: string): Promise<OctetClient> {
  const client = await connectOctets(url);
  client.write(Buffer.from([0x7f, 0xf1, 0, 0]));
  await client.read(4);
  client.write(frameOf(0, HELLO));
  await client.read((await client.read(4)).readUInt32BE());
  return client;
}

describe(`${SESSIONS} idle sessions`, () => {
  it.each([
    ['WebSocket', joinWebSocket, 0, (client: OctetClient) => client.write(webSocketFrame(0x81, CALL))],
    ['RawSocket', joinRawSocket, 1, (client: OctetClient) => client.write(frameOf(0, CALL))],
  ])(
    'over %s use limited memory, are still served, and leave nothing behind',
    { timeout: 300_000 },
    async (name, join, urlAt, call) => {
      const { child, urls } = await startGateway();
      onTestFinished(() => void child.kill('SIGKILL'));
      const url = urls[urlAt] ?? '';
      // The first sessions also pay for what all share: compiled code and cached buffers.
      const first = await Promise.all(Array.from({ length: 50 }, () => join(url)));
      for (const client of first) client.close();
      const before = await memoryOf(child);

      const clients: OctetClient[] = [];
      while (clients.length < SESSIONS) {
        const some = Math.min(50, SESSIONS - clients.length);
        clients.push(...(await Promise.all(Array.from({ length: some }, () => join(url)))));
      }
      const during = await memoryOf(child);
      if (process.env['IDLE_SESSIONS'] !== undefined) print(name, before, during);
      expect(during.rss - before.rss).toBeLessThan(SESSIONS * PER_SESSION + SLACK);

      const answers = clients.filter((_, at) => at % 50 === 0);
      for (const client of answers) call(client);
      for (const client of answers)
        expect((await client.read(20)).toString('latin1')).toContain('[8,48,1,{}');

      for (const client of clients) client.close();
      await Promise.all(clients.map((client) => client.closed));
      const after = await memoryOf(child);
      expect(after.heapUsed - before.heapUsed).toBeLessThan(2 * 1024 * 1024 + SESSIONS * 200);
    },
  );
});

function print(name: string, before: Memory, during: Memory): void {
  const each = (key: keyof Memory): string =>
    `${key} ${((during[key] - before[key]) / SESSIONS / 1024).toFixed(1)} KB`;
  console.log(
    `${name}: ${each('rss')}, ${each('heapUsed')}, ${each('external')} for each of ${SESSIONS} sessions`,
  );
}
