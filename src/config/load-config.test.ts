// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, formatProblem } from '../errors.js';
import { loadConfig, parseConfig } from './load-config.js';

const VALID = `
rpc_gateway.services.billing.base_url = https://billing.example.com/api
rpc_gateway.services.billing.timeout = 15s
rpc_gateway.services.billing.retry.statuses = 429, 503
rpc_gateway.services.billing.headers.X-User = {{caller.authid}}
rpc_gateway.services.billing.auth.fetch.url = https://idp.example.com/oauth/token
rpc_gateway.services.billing.auth.fetch.token_path = access_token
rpc_gateway.services.billing.auth.fetch.body.client_secret = {{client_secret}}
rpc_gateway.services.billing.auth.fetch.basic_auth.username = hunter-name
rpc_gateway.services.billing.auth.fetch.basic_auth.password = hunter-word
rpc_gateway.services.billing.auth.vars.client_secret = "hunter-secret"
rpc_gateway.services.billing.auth.secrets.provider = env
rpc_gateway.services.billing.auth.secrets.vars.user.field = \${USER_FIELD:-USER}
rpc_gateway.services.billing.procedures.get.uri = com.billing.get
rpc_gateway.services.billing.procedures.get.realm = com.example
rpc_gateway.services.billing.procedures.get.path = /invoices/{{id}}?all=1
http_connector.services.billing.procedures.put.uri = com.billing.put
http_connector.services.billing.procedures.put.realm = com.example
http_connector.services.billing.procedures.put.method = put
http_connector.services.billing.procedures.put.body.a = {{a:-1}}
listeners.main.port = 0
wamp.max_message_size = 1MB
router.serializer = cbor
router.sessions.main.realm = com.example
router.sessions.main.authmethod = ticket
router.sessions.main.authid = me
router.sessions.main.ticket = hunter-ticket
erlang.schedulers = 4
`;

/** Runs `load` and returns its ConfigError. Any other error fails the test. */
function errorOf(load: () => unknown): ConfigError | undefined {
  try {
    load();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

describe('any text', () => {
  const env = { SET: 'value', EMPTY: '' };

  it('is loaded, or refused with a ConfigError', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '${',
        '}',
        '{{',
        '}}',
        ':-',
        '"',
        "'",
        '#',
        ' #',
        '=',
        '.',
        '\n',
        'include ',
        '__proto__',
      ),
      fc.constantFrom(
        'rpc_gateway.services.',
        'procedures.',
        'auth.vars.',
        'errors.',
        'listeners.',
        'router.sessions.',
      ),
      fc.constantFrom(...VALID.split('\n')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        errorOf(() => parseConfig(pieces.join(''), { env }));
      }),
      { numRuns: 500 },
    );
  });

  it('is loaded, or refused with a ConfigError, if it is a valid file with random mistakes', () => {
    const mistake = fc.record({
      at: fc.nat(VALID.length),
      length: fc.integer({ min: 0, max: 12 }),
      text: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.constantFrom('{{', '${', '\n', '=', '"', '.'),
      ),
    });
    fc.assert(
      fc.property(fc.array(mistake, { minLength: 1, maxLength: 4 }), (mistakes) => {
        const text = mistakes.reduce(
          (soFar, { at, length, text: put }) => soFar.slice(0, at) + put + soFar.slice(at + length),
          VALID,
        );
        errorOf(() => parseConfig(text, { env, file: 'bondy.conf', readFile: () => '' }));
      }),
      { numRuns: 500 },
    );
  });

  it('gets messages that never contain a value', () => {
    const keys = VALID.split('\n').flatMap((line) =>
      line.includes(' = ') ? [line.split(' = ')[0] as string] : [],
    );
    // Long, with letters that no message contains, so that a match is not a coincidence.
    const secret = fc.string({
      unit: fc.constantFrom('x', 'q', 'z', 'Q', 'Z', '7'),
      minLength: 6,
      maxLength: 12,
    });
    const shape = fc.constantFrom(
      (s: string) => s,
      (s: string) => `"${s}`,
      (s: string) => `'${s}' ${s}`,
      (s: string) => `{{${s}}}`,
      (s: string) => `{{${s}`,
      (s: string) => `https://{{${s}}}`,
      (s: string) => `https://${s}@${s}#${s}`,
      (s: string) => `\${x${s}}`,
      (s: string) => `\${${s} }`,
      (s: string) => `/${s}/../{{${s}:-.}}?{{${s}}}`,
      (s: string) => `${s}, ${s} ${s}`,
    );
    fc.assert(
      fc.property(fc.constantFrom(...keys), secret, shape, (key, value, put) => {
        const text = `${VALID}\n${key} = ${put(value)}`;
        const error = errorOf(() => parseConfig(text, { env }));
        const reported = error?.problems ?? parseConfig(text, { env }).notices;
        expect(reported.length).toBeGreaterThan(0);
        expect(reported.map(formatProblem).join('\n')).not.toContain(value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the model', () => {
  const config = parseConfig(VALID, { env: {} });

  it('is deeply frozen', () => {
    const service = config.services[0]!;
    const settings = service.settings as unknown as Record<string, unknown>;
    const vars = service.settings['auth.vars'] as Map<string, string>;
    expect(() => (config.services as unknown[]).push(1)).toThrow(TypeError);
    expect(() => Object.assign(settings, { timeout: 1 })).toThrow(TypeError);
    expect(() => Object.assign(service.settings.base_url, { source: 'x' })).toThrow(TypeError);
    expect(() => (service.settings['retry.statuses'] as number[]).push(500)).toThrow(TypeError);
    expect(() => vars.set('client_secret', 'x')).toThrow(TypeError);
    expect(() => vars.clear()).toThrow(TypeError);
    expect(() => Object.assign(config.notices[0]!, { line: 9 })).toThrow(TypeError);
    expect(vars.get('client_secret')).toBe('hunter-secret');
  });

  it('hides secrets when it is printed, but contains them', () => {
    const { settings } = config.services[0]!;
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 20 }),
      inspect(config, { depth: 20, showHidden: true, getters: true }),
      // `%o` also shows non-enumerable properties, four levels deep.
      format('%o %o %O %j', config, settings, config, config),
      format('%o', config.router.sessions),
    ].join('\n');
    expect(printed).not.toMatch(/hunter/);
    expect(printed).toContain('billing.example.com');
    expect(inspect(settings['auth.vars'])).toBe('[secret]');
    expect(JSON.stringify(settings['auth.vars'])).toBe('"[secret]"');
    expect(settings['auth.fetch.basic_auth.password']?.source).toBe('hunter-word');
    expect(settings['auth.fetch.body'][0]?.template.source).toBe('{{client_secret}}');
    expect(config.router.sessions.get('main')?.ticket).toBe('hunter-ticket');
  });
});

describe('text from the environment', () => {
  const text = (line: string) => `${VALID}rpc_gateway.services.billing.${line}\n`;
  const env = { PW: 'x{{client_secret}}y' };

  it('is used as it is in auth.vars', () => {
    const { settings } = parseConfig(text('auth.vars.pw = ${PW}'), { env }).services[0]!;
    expect(settings['auth.vars'].get('pw')).toBe('x{{client_secret}}y');
  });

  it('is refused elsewhere if it would be a template', () => {
    const line = 'auth.fetch.basic_auth.password = ${PW}';
    const error = errorOf(() => parseConfig(text(line), { env }));
    expect(error?.problems.map(({ key }) => key)).toEqual([
      'rpc_gateway.services.billing.auth.fetch.basic_auth.password',
    ]);
    expect(error?.message).toContain(
      'set auth.vars.NAME to this variable, because braces have no meaning there, and write {{NAME}} here',
    );
    expect(error?.message).not.toContain('client_secret');
  });

  it('does not change line numbers if it contains line breaks', () => {
    const text = 'rpc_gateway.services.s.auth.vars.a = ${A}\nlog.level = ${A}\nlog.levels = 1';
    const error = errorOf(() => parseConfig(text, { env: { A: 'x\ny = 1\n# z' } }));
    expect(
      error?.problems.filter(({ key }) => key.startsWith('log')).map(({ key, line }) => [key, line]),
    ).toEqual([
      ['log.level', 2],
      ['log.levels', 3],
    ]);
  });
});

describe('a ConfigError', () => {
  it('also carries the notices', () => {
    const line = 'rpc_gateway.services.a.timeout = 1s';
    const error = errorOf(() => parseConfig(`${line}\n${line}`, { env: {} }));
    expect(error?.problems.map((problem) => problem.line)).toEqual([1, 1]);
    expect(error?.notices.map((notice) => notice.line)).toEqual([2]);
    expect(error?.message).not.toContain('twice');
  });
});

describe('loadConfig', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-'));
    writeFileSync(join(directory, 'bondy.conf'), VALID);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('reads a file from the disk', () => {
    expect(loadConfig(join(directory, 'bondy.conf'), { env: {} }).realms).toEqual(['com.example']);
  });

  it.each([
    ['missing.conf', 'there is no such file'],
    ['bondy.conf/below', 'there is no such file'],
    ['.', 'this is a directory, not a file'],
    ['a\0b', 'there is no such file'],
  ])('refuses %j with a plain message', (name, message) => {
    const path = `${directory}/${name}`;
    const error = errorOf(() => loadConfig(path, { env: {} }));
    expect(error?.problems).toEqual([{ file: path, line: 0, key: '', message }]);
  });

  it('reports that it has no permission to read the file', () => {
    const readFile = () => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    const error = errorOf(() => loadConfig('bondy.conf', { env: {}, readFile }));
    expect(error?.message).toBe('bondy.conf: no permission to read the file');
  });
});

describe('parseConfig', () => {
  it('refuses an include in a text without a file', () => {
    const error = errorOf(() => parseConfig('include other.conf', { env: {} }));
    expect(error?.message).toBe('bondy.conf:1: include: a text that is not in a file cannot include files');
  });

  it('resolves an include relative to the given file', () => {
    const readFile = (path: string) => (path.endsWith('/conf/other.conf') ? VALID : 'unexpected');
    const config = parseConfig('include other.conf', { env: {}, file: 'conf/main.conf', readFile });
    expect(config.services).toHaveLength(1);
    expect(config.notices[0]?.file).toBe('conf/other.conf');
  });
});
