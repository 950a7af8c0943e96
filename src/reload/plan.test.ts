import { describe, expect, it } from 'vitest';
import { readTlsFixtures } from '../../test/support/tls-fixtures.js';
import { parseConfig } from '../config/load-config.js';
import type { LoadedConfig } from '../config/model.js';
import { LOG_KEYS } from '../config/schema/log.js';
import { SECURITY_KEYS } from '../config/schema/security.js';
import { WAMP_KEYS } from '../config/schema/wamp.js';
import { planReload, type ReloadPlan } from './plan.js';
import { SETTING_EFFECTS } from './setting-changes.js';

const { serverCert, serverKey, clientCert, clientKey, ca } = readTlsFixtures();

const SERVICE = `
rpc_gateway.services.a.base_url = https://example.com
rpc_gateway.services.a.procedures.p.uri = com.p
rpc_gateway.services.a.procedures.p.realm = r
`;
const OTHER = SERVICE.replaceAll('services.a', 'services.b').replaceAll('com.p', 'com.q');

type Files = Readonly<Record<string, string>>;

function load(text: string, files: Files = {}): LoadedConfig {
  return parseConfig(text, {
    env: {},
    file: '/etc/gw/bondy.conf',
    readFile(path) {
      const content = files[path.slice(path.lastIndexOf('/') + 1)];
      if (content === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return content;
    },
  });
}

const plan = (before: string, after: string, files: Files = {}, filesAfter: Files = files): ReloadPlan =>
  planReload(load(before, files), load(after, filesAfter), true);

/** As in `service a changed`, with the effect after a colon. */
const inWords = ({ changes }: ReloadPlan): string[] =>
  changes.map(({ what, name, change, effect }) => `${what} ${name} ${change}${effect && `: ${effect}`}`);

describe('the plan of a reload', () => {
  it('is empty if only a comment or the order of lines has changed', () => {
    expect(plan(SERVICE, `# hello\n${SERVICE}`).changes).toEqual([]);
    const { changes, isSameService } = plan(SERVICE + OTHER, OTHER + SERVICE);
    expect(changes).toEqual([]);
    expect(load(SERVICE).services.every(isSameService)).toBe(true);
  });

  it('names services that are added, changed and removed, with their procedures', () => {
    expect(inWords(plan(SERVICE, SERVICE + OTHER))).toEqual(['service b added', 'procedure com.q added']);
    expect(inWords(plan(SERVICE + OTHER, SERVICE))).toEqual([
      'service b removed: its running calls end, and its connections close',
      'procedure com.q removed: callers get wamp.error.no_such_procedure',
    ]);
    const slower = `${SERVICE}rpc_gateway.services.a.timeout = 5s\n`;
    const changed = plan(SERVICE, slower);
    expect(inWords(changed)).toEqual([
      'service a changed: running calls end with the old settings, new calls use the new ones',
    ]);
    expect(load(slower).services.map(changed.isSameService)).toEqual([false]);
  });

  it('compares secrets, and does not show them', () => {
    const secret = (value: string) => `${SERVICE}rpc_gateway.services.a.auth.vars.token = ${value}\n`;
    const { changes } = plan(secret('hunter2'), secret('hunter3'));
    expect(changes).toHaveLength(1);
    expect(JSON.stringify(changes)).not.toContain('hunter');
  });

  it('compares the content of the TLS files of a service', () => {
    const lines = `${SERVICE}rpc_gateway.services.a.tls.cacertfile = ca.pem\n`;
    expect(plan(lines, lines, { 'ca.pem': ca }).changes).toEqual([]);
    expect(inWords(plan(lines, lines, { 'ca.pem': ca }, { 'ca.pem': `${ca}\n${ca}` }))).toEqual([
      expect.stringMatching(/^service a changed/),
    ]);
  });

  it('says which procedures are registered again, on an existing router', () => {
    const attached = `${SERVICE}router.url = ws://localhost:8080/ws\n`;
    const lines = (more: string) => `${attached}rpc_gateway.services.a.procedures.p.${more}\n`;
    expect(inWords(plan(attached, lines('invoke = first')))[1]).toBe(
      'procedure com.p changed: the gateway unregisters it and registers it again',
    );
    expect(inWords(plan(attached, lines('headers.X-User = {{caller.authid}}')))[1]).toBe(
      'procedure com.p changed: the gateway unregisters it and registers it again',
    );
    expect(inWords(plan(attached, lines('method = post')))[1]).toBe('procedure com.p changed');
    const forAll = `${attached}rpc_gateway.services.a.pool.max_waiting_per_caller = 5\n`;
    expect(inWords(plan(attached, forAll))[1]).toContain('registers it again');
  });

  it('names realms, and the realm of a procedure if there are several', () => {
    const moved = SERVICE.replace('realm = r', 'realm = s');
    expect(inWords(plan(SERVICE, moved))).toEqual([
      expect.stringMatching(/^service a changed/),
      'procedure com.p in s added',
      'procedure com.p in r removed: callers get wamp.error.no_such_procedure',
      'realm s added',
      'realm r removed: its sessions get GOODBYE wamp.close.system_shutdown',
    ]);
  });

  it('says when a changed setting applies', () => {
    const changed = `${SERVICE}wamp.max_registrations = 5\nlog.level = debug\nlog.format = json\nwamp.ping_interval = 1m\n`;
    expect(inWords(plan(SERVICE, changed))).toEqual([
      'setting wamp.ping_interval changed: applies at once',
      'setting wamp.max_registrations changed: applies to the next request',
      'setting log.level changed: applies at once',
      'setting log.format changed: needs a restart',
    ]);
  });

  it('knows the effect of every key', () => {
    expect(Object.keys(SETTING_EFFECTS.wamp)).toEqual(Object.keys(WAMP_KEYS));
    expect(Object.keys(SETTING_EFFECTS.log)).toEqual(Object.keys(LOG_KEYS));
    const security = Object.keys(SECURITY_KEYS).filter(
      (key) => !['config_file', 'realms.$realm'].includes(key),
    );
    expect(Object.keys(SETTING_EFFECTS.security)).toEqual(security);
  });

  it('refuses to change between its own router and an existing one', () => {
    const attached = `${SERVICE}router.url = ws://localhost:8080/ws\n`;
    expect(plan(SERVICE, attached).needsRestart).toMatch(/^router\.url was added: .* restarted/);
    expect(plan(attached, SERVICE).needsRestart).toMatch(/^router\.url was removed: .* restarted/);
    expect(plan(SERVICE, SERVICE).needsRestart).toBeUndefined();
  });
});

describe('the plan for listeners', () => {
  const listener = (...lines: string[]) =>
    SERVICE + ['port = 1', ...lines].map((line) => `listeners.web.${line}\n`).join('');
  const TLS = ['tls.certfile = a.pem', 'tls.keyfile = a.key'];
  const FILES = { 'a.pem': serverCert, 'a.key': serverKey, 'b.pem': serverCert, 'b.key': serverKey };
  const fates = (before: string, after: string, files: Files = FILES, filesAfter: Files = files) => {
    const { fateOf, changes } = plan(before, after, files, filesAfter);
    const words = changes.filter(({ what }) => what === 'listener').map(({ effect }) => effect);
    return [...load(after, filesAfter).listeners.map(({ name }) => fateOf(name)), ...words];
  };

  it('keeps an unchanged one', () => {
    expect(fates(listener(), listener())).toEqual(['same']);
  });

  it('gives it other limits, also by a default', () => {
    const words = ['limits', 'new connections have the new limits'];
    expect(fates(listener(), listener('max_unjoined = 5'))).toEqual(words);
    expect(fates(listener(), `${listener()}wamp.max_sessions = 5\n`)).toEqual(words);
  });

  it('renews its certificates if their files or the content of the files differ', () => {
    const words = ['renewed', 'new handshakes use the new certificates'];
    expect(fates(listener(...TLS), listener('tls.certfile = b.pem', 'tls.keyfile = b.key'))).toEqual(words);
    const renewed = { ...FILES, 'a.pem': clientCert, 'a.key': clientKey };
    expect(fates(listener(...TLS), listener(...TLS), FILES, renewed)).toEqual(words);
  });

  it.each([
    ['port', listener(), listener().replace('port = 1', 'port = 2'), 'its new address opens first'],
    ['path', listener(), listener('path = /'), 'its port stays open'],
    ['origins', listener(), listener('origins = https://example.com'), 'its port stays open'],
    ['TLS', listener(), listener(...TLS), 'its port stays open'],
    [
      'client certificates',
      listener(...TLS),
      listener(...TLS, 'tls.cacertfile = a.pem'),
      'its port stays open',
    ],
  ])('replaces it if its %s changes', (_what, before, after, more) => {
    expect(fates(before, after)).toEqual([
      'replaced',
      `its sessions get GOODBYE wamp.close.system_shutdown; ${more}`,
    ]);
  });

  it('opens added ones and closes removed ones', () => {
    const two = `${listener()}listeners.raw.port = 2\n`;
    expect(inWords(plan(listener(), two))).toEqual(['listener raw added']);
    expect(inWords(plan(two, listener()))).toEqual([
      'listener raw removed: its sessions get GOODBYE wamp.close.system_shutdown',
    ]);
  });
});

describe('the plan for users', () => {
  const text = `${SERVICE}security.config_file = s.json\n`;
  const file = (...users: object[]) => ({
    's.json': JSON.stringify([{ uri: 'r', users, groups: [{ name: 'staff' }] }]),
  });
  const [ann, bob] = ['ann', 'bob'].map((username) => ({ username, password: `hunter-${username}` }));

  it('says how many users are gone, and no name and no password', () => {
    const words = inWords(plan(text, text, file(ann!, bob!), file(ann!)));
    expect(words).toEqual([
      'security r changed: applies to new logins and to the next request of every session; 1 user is gone, and their sessions get GOODBYE wamp.close.killed',
    ]);
    expect(words.join()).not.toMatch(/hunter|bob/);
  });

  it('sees a changed password and a disabled user', () => {
    expect(inWords(plan(text, text, file(ann!), file({ ...ann, password: 'hunter-3' })))).toEqual([
      'security r changed: applies to new logins and to the next request of every session',
    ]);
    expect(inWords(plan(text, text, file(ann!), file({ ...ann, enabled: false })))[0]).toContain(
      '1 user is gone',
    );
  });
});

describe('the plan for an existing router', () => {
  const attached = (...lines: string[]) =>
    `${SERVICE}router.url = ws://localhost:8080/ws\n${lines.join('\n')}\n`;

  it('joins anew if a key of the router has changed, and not otherwise', () => {
    expect(plan(attached(), attached('router.ping_interval = 5s')).mustRejoin).toBe(true);
    expect(plan(attached(), attached('wamp.max_values = 5000')).mustRejoin).toBe(true);
    expect(plan(attached(), attached('wamp.max_sessions = 5')).mustRejoin).toBe(false);
    const login = (ticket: string) =>
      attached(
        'router.sessions.a.realm = r',
        'router.sessions.a.authmethod = ticket',
        'router.sessions.a.authid = gw',
        `router.sessions.a.ticket = ${ticket}`,
      );
    const changed = plan(login('hunter2'), login('hunter3'));
    expect(inWords(changed)).toEqual([
      'router router changed: the gateway joins anew; then it leaves its old sessions when their calls have ended',
    ]);
    expect(plan(login('hunter2'), login('hunter2')).mustRejoin).toBe(false);
  });
});
