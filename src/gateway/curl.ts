import { SYSTEM_CAS } from '../config/types/datatypes.js';
import { MASK } from '../config/types/template.js';

/** The part of an `HttpRequest` that {@link curlCommand} needs. */
export interface PrintableRequest {
  readonly method: string;
  /** `https://host:port` */
  readonly origin: string;
  /** The path with the query, as it is sent. */
  readonly path: string;
  /** A flat list: name, value, name, value … */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | undefined;
}

/** The proxy and the TLS settings that a curl command shows: names of files, never their contents. */
export interface PrintableTls {
  /** The word `system` means the CAs of the system. */
  readonly cacertfile?: readonly string[] | undefined;
  readonly certfile?: string | undefined;
  readonly keyfile?: string | undefined;
  /** The name for SNI and for the certificate check, if it differs from the host in the URL. */
  readonly servername?: string | undefined;
  readonly verify?: boolean;
  readonly proxy?: PrintableProxy | undefined;
}

/** How a curl command reaches the server. Default: as the environment of curl says. */
export type PrintableProxy =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'proxy';
      /** `http://proxy.example.com:3128` */
      readonly origin: string;
      /** True if it needs a user name and a password. They are masked. */
      readonly hasCredential: boolean;
    };

/** Methods for which undici sends `content-length: 0` without a body (RFC 9110 section 8.6). */
const ANNOUNCE_EMPTY_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Formats a command for any POSIX shell. With it, curl sends exactly this request: the same method,
 * target, headers and body.
 *
 * By default, curl adds headers (User-Agent, Accept, Content-Type, Expect), removes dot segments
 * and expands brackets. The options of the command prevent this.
 *
 * @param isCompressed whether the body is sent compressed. The program gzip then compresses it. Its
 * bytes may differ from the gateway's, but not what they unpack to.
 */
export function curlCommand(request: PrintableRequest, tls: PrintableTls = {}, isCompressed = false): string {
  const parts = ['curl --http1.1 --globoff --path-as-is', ...proxyOptions(tls.proxy), ...tlsOptions(tls)];
  parts.push(request.method === 'HEAD' && request.body === undefined ? '--head' : `-X ${request.method}`);

  const names = new Set<string>();
  for (let i = 0; i + 1 < request.headers.length; i += 2) {
    const name = request.headers[i] ?? '';
    const value = request.headers[i + 1] ?? '';
    names.add(name.toLowerCase());
    // In curl, `Name:` removes a header and `Name;` sends it empty. HTTP ignores space around a
    // value.
    parts.push(`-H ${shellWord(value.trim() === '' ? `${name};` : `${name}: ${value}`, 'latin1')}`);
    if (name.toLowerCase() === 'accept-encoding') parts.push('--compressed');
  }
  const drop = (name: string): void => {
    if (!names.has(name.toLowerCase())) parts.push(`-H '${name}:'`);
  };
  drop('User-Agent');
  drop('Accept');
  const body = request.body ?? (ANNOUNCE_EMPTY_BODY.has(request.method) ? '' : undefined);
  if (body !== undefined) {
    drop('Content-Type');
    // curl sends `Expect: 100-continue` for a body over 1 MB.
    drop('Expect');
    parts.push(
      typeof body === 'string' && !isCompressed
        ? `--data-raw ${shellWord(body, 'utf8')}`
        : '--data-binary @-',
    );
  }
  const target = namedTarget(request.origin, tls.servername, names.has('host'));
  parts.push(...target.options, shellWord(`${target.origin}${request.path}`, 'utf8'));
  const command = parts.join(' \\\n  ');
  if (body === undefined || (typeof body === 'string' && !isCompressed)) return command;
  const written = typeof body === 'string' ? `'%s' ${shellWord(body, 'utf8')}` : `'${octalEscapes(body)}'`;
  return `printf ${written} |${isCompressed ? ' gzip -c |' : ''}\n  ${command}`;
}

/** No text of a shell contains the byte 0, so all bytes but plain characters become escapes of printf. */
function octalEscapes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[\w .,:;/+=]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

/**
 * The URL and options for another TLS name. curl takes this name only from the URL, so the URL has
 * the TLS name and `--connect-to` has the real host.
 */
function namedTarget(
  origin: string,
  servername: string | undefined,
  hasHost: boolean,
): { origin: string; options: string[] } {
  if (servername === undefined || !origin.startsWith('https:')) return { origin, options: [] };
  const host = origin.slice('https://'.length);
  const [, name = host, port = '443'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return {
    origin: port === '443' ? `https://${servername}` : `https://${servername}:${port}`,
    options: [
      `--connect-to ${shellWord(`${servername}:${port}:${name}:${port}`, 'utf8')}`,
      ...(hasHost ? [] : [`-H ${shellWord(`Host: ${host}`, 'utf8')}`]),
    ],
  };
}

/**
 * curl accepts one file or pipe with CAs. It adds the CAs of the system with an option (curl 8.2).
 */
function caOptions(authorities: readonly string[]): string[] {
  const files = authorities.filter((each) => each !== SYSTEM_CAS).map((file) => shellWord(file, 'utf8'));
  const [first] = files;
  if (first === undefined) return [];
  const system = authorities.includes(SYSTEM_CAS) ? ['--ca-native'] : [];
  return [...system, `--cacert ${files.length === 1 ? first : `<(cat ${files.join(' ')})`}`];
}

/** With `--noproxy`, curl does not read `no_proxy`. Without it, no_proxy has effect on `--proxy` too. */
function proxyOptions(proxy: PrintableProxy | undefined): string[] {
  if (proxy === undefined) return [];
  if (proxy.kind === 'none') return ["--noproxy '*'"];
  const user = proxy.hasCredential ? [`--proxy-user '${MASK}:${MASK}'`] : [];
  return [`--proxy ${shellWord(proxy.origin, 'utf8')} --noproxy ''`, ...user];
}

function tlsOptions(tls: PrintableTls): string[] {
  const options: string[] = [];
  options.push(...caOptions(tls.cacertfile ?? [SYSTEM_CAS]));
  if (tls.certfile !== undefined) options.push(`--cert ${shellWord(tls.certfile, 'utf8')}`);
  if (tls.keyfile !== undefined) options.push(`--key ${shellWord(tls.keyfile, 'utf8')}`);
  if (tls.verify === false) options.push('--insecure');
  return options;
}

/**
 * Quotes one word for a POSIX shell. Header values are Latin-1 (RFC 9110 section 5.5, obs-text),
 * which a UTF-8 terminal cannot show, so printf with octal escapes writes them.
 */
function shellWord(text: string, encoding: 'utf8' | 'latin1'): string {
  if (encoding === 'utf8' || /^\p{ASCII}*$/u.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const format = text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    // Also escapes the exclamation mark, because an interactive bash expands it between double
    // quotes.
    .replace(
      /\P{ASCII}|!/gu,
      (character) => `\\${(character.charCodeAt(0) & 0xff).toString(8).padStart(3, '0')}`,
    )
    .replaceAll("'", "'\\''");
  return `"$(printf '${format}')"`;
}
