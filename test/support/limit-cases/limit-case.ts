import { expect } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import type { closeAfterEach } from '../close-after-each.js';
import { startGateway } from '../gateway.js';
import { connectRaw, hello, type RawClient } from '../raw-client.js';

export const TOO_MANY = 'bondy.error.too_many_requests';
export const VIOLATION = 'wamp.error.protocol_violation';

const USERS = ['alice', 'decider'].map((name) => ({ username: name, password: name, groups: [] }));
const GRANTS = [{ roles: ['decider'], permissions: ['wamp.register'], uri: '', match: 'prefix' }];
/** In `decided` an authorizer decides. */
const REALMS = [
  { uri: 'realm1', authmethods: ['anonymous', 'ticket'], users: USERS },
  { uri: 'decided', authmethods: ['anonymous', 'ticket'], users: USERS, grants: GRANTS },
];

type CloseLater = ReturnType<typeof closeAfterEach>;

/** Where a gateway listens, and what closes the clients of a test. */
export interface Urls {
  readonly ws: string;
  readonly rs: string;
  readonly closeLater: CloseLater;
}

export interface LimitCase {
  readonly keys: readonly string[];
  readonly lines: readonly string[];
  /**
   * The outcome beyond the limit, and of the same actions without it. No case waits for time to
   * pass.
   */
  readonly limited: unknown;
  readonly otherwise?: unknown;
  readonly exceed: (urls: Urls) => Promise<unknown>;
}

/** A gateway without services, with both transports on one port. Returns its URLs. */
export async function start(lines: readonly string[], closeLater: CloseLater): Promise<Urls> {
  const conf = [
    'security.config_file = security.json',
    'security.realms.decided.authorizer = com.decide',
    'listeners.test.protocol = universal',
    ...lines,
  ];
  const gateway = await startGateway(conf.join('\n'), { readFile: () => JSON.stringify(REALMS) });
  closeLater(() => gateway.stop(0));
  const [ws = '', rs = ''] = gateway.endpoints;
  return { ws, rs, closeLater };
}

export async function connect({ ws, closeLater }: Urls): Promise<Awaited<ReturnType<typeof connectRaw>>> {
  const client = await connectRaw(ws);
  closeLater(() => client.ws.terminate());
  return client;
}

export async function join(urls: Urls, realm = 'realm1') {
  const client = await connect(urls);
  expect((await hello(client, realm))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

/** The URI of an ERROR or ABORT, else `ok`. */
export const outcome = ([type, ...rest]: readonly unknown[]): unknown =>
  type === MESSAGE.ERROR ? rest[3] : type === MESSAGE.ABORT ? rest[1] : 'ok';

export async function ask(client: RawClient, ...message: unknown[]): Promise<unknown> {
  client.send(message);
  return outcome(await client.next());
}

/** The messages that arrive before the response to a last request. */
export async function untilAnswered(client: RawClient): Promise<readonly (readonly unknown[])[]> {
  client.send([MESSAGE.CALL, 999, {}, 'com.none']);
  const came: (readonly unknown[])[] = [];
  for (;;) {
    const message = await client.next();
    if (message[0] === MESSAGE.ERROR && message[2] === 999) return came;
    came.push(message);
  }
}

/** Registers a procedure that never responds. */
export async function slowProcedure(urls: Urls): Promise<void> {
  expect(await ask(await join(urls), MESSAGE.REGISTER, 1, {}, 'com.slow')).toBe('ok');
}
