import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWords } from '../../test/support/shell-words.js';
import { curlCommand, type PrintableRequest } from './curl.js';

const get: PrintableRequest = {
  method: 'GET',
  origin: 'https://billing.example.com',
  path: '/api/invoices/INV-001?expand=lines',
  headers: ['accept', 'application/json'],
  body: undefined,
};

/** Words as text, header values as Latin-1. */
const words = (command: string): string[] => shellWords(command).map((word) => word.toString('latin1'));

describe('the curl command', () => {
  it('shows a GET', () => {
    expect(curlCommand(get)).toBe(
      [
        'curl --http1.1 --globoff --path-as-is',
        '-X GET',
        "-H 'accept: application/json'",
        "-H 'User-Agent:'",
        "'https://billing.example.com/api/invoices/INV-001?expand=lines'",
      ].join(' \\\n  '),
    );
  });

  it('connects to the host of the URL if the certificate has another name', () => {
    const named = (origin: string) =>
      words(curlCommand({ ...get, origin, path: '/x' }, { servername: 'api.internal' }));
    expect(named('https://10.0.0.7')).toEqual(
      expect.arrayContaining([
        '--connect-to',
        'api.internal:443:10.0.0.7:443',
        'Host: 10.0.0.7',
        'https://api.internal/x',
      ]),
    );
    expect(named('https://[::1]:8443')).toEqual(
      expect.arrayContaining([
        'api.internal:8443:[::1]:8443',
        'Host: [::1]:8443',
        'https://api.internal:8443/x',
      ]),
    );
    expect(named('http://10.0.0.7')).toContain('http://10.0.0.7/x');
  });

  it('has only the configured Host header if the certificate has another name', () => {
    const request = { ...get, headers: ['Host', 'virtual.example.com'] };
    const shown = words(curlCommand(request, { servername: 'api.internal' }));
    expect(shown.filter((word) => word.startsWith('Host:'))).toEqual(['Host: virtual.example.com']);
    expect(shown).toContain('api.internal:443:billing.example.com:443');
  });

  it('quotes a body and removes the headers that curl adds', () => {
    const command = curlCommand({ ...get, method: 'POST', headers: [], body: `@it's $HOME "x"\n` });
    expect(words(command)).toEqual(
      [
        'curl',
        '--http1.1',
        '--globoff',
        '--path-as-is',
        '-X',
        'POST',
        '-H',
        'User-Agent:',
        '-H',
        'Accept:',
      ].concat([
        '-H',
        'Content-Type:',
        '-H',
        'Expect:',
        '--data-raw',
        `@it's $HOME "x"\n`,
        `${get.origin}${get.path}`,
      ]),
    );
  });

  it('sends the empty body of a POST like undici, and no body for a DELETE', () => {
    expect(words(curlCommand({ ...get, method: 'POST' }))).toContain('--data-raw');
    expect(words(curlCommand({ ...get, method: 'DELETE' }))).not.toContain('--data-raw');
  });

  it('uses --head, --compressed and an empty header', () => {
    const command = curlCommand({
      ...get,
      method: 'HEAD',
      headers: ['accept-encoding', 'gzip', 'X-Empty', ''],
    });
    expect(words(command)).toEqual(expect.arrayContaining(['--head', '--compressed', 'X-Empty;']));
    expect(words(command)).not.toContain('-X');
  });

  it('names the TLS files, not their contents', () => {
    const tls = { cacertfile: ["ca's.pem"], certfile: 'c.pem', keyfile: 'k.pem', verify: false };
    expect(words(curlCommand(get, tls)).slice(4, 11)).toEqual([
      '--cacert',
      "ca's.pem",
      '--cert',
      'c.pem',
      '--key',
      'k.pem',
      '--insecure',
    ]);
  });

  it('names several CA files, and the CAs of the system if they are configured', () => {
    const withCas = (...cacertfile: string[]) => curlCommand(get, { cacertfile, verify: true });
    expect(withCas('a.pem', "b's.pem")).toContain("--cacert <(cat 'a.pem' 'b'\\''s.pem')");
    expect(withCas('system', 'a.pem')).toMatch(/--ca-native .*--cacert 'a.pem'/s);
    expect(withCas('system')).not.toMatch(/--ca/);
  });

  it('passes every header value and every body through the shell unchanged', () => {
    const latin1 = fc.string({
      unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    });
    const body = fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', '\n', '%', 'é', '😀', 'a', ' '),
    });
    fc.assert(
      fc.property(latin1, body, (value, text) => {
        const command = curlCommand({ ...get, method: 'POST', headers: ['x-any', value], body: text });
        const seen = shellWords(command);
        const header = seen[seen.findIndex((word) => word.toString() === '-H') + 1]!;
        expect(header.toString('latin1')).toBe(value.trim() === '' ? 'x-any;' : `x-any: ${value}`);
        expect(seen[seen.findIndex((word) => word.toString() === '--data-raw') + 1]!.toString('utf8')).toBe(
          text,
        );
      }),
    );
  });
});
