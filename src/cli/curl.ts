import { SYSTEM_CAS } from '../config/types/datatypes.js';

/** The request as the pipeline made it: what {@link curlCommand} needs of `HttpRequest`. */
export interface PrintableRequest {
  readonly method: string;
  /** `https://host:port` */
  readonly origin: string;
  /** With the query, as it is sent. */
  readonly path: string;
  /** Flat name, value, name, value … */
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** What of the service's TLS settings shows in a curl command: file names and the flag, never their contents. */
export interface PrintableTls {
  /** `system` stands for the system's CAs. */
  readonly cacertfile?: readonly string[] | undefined;
  readonly certfile?: string | undefined;
  readonly keyfile?: string | undefined;
  /** The name for SNI and for the certificate, where it is not the URL's. */
  readonly servername?: string | undefined;
  readonly verify?: boolean;
}

/** Methods for which undici announces `content-length: 0` when there is no body (RFC 9110, section 8.6). */
const ANNOUNCE_EMPTY_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * A command for any POSIX shell that makes curl send this very request: same method, target, headers and body.
 *
 * curl would add headers of its own (User-Agent, Accept, Content-Type, Expect), tidy dot segments and expand brackets;
 * each of these is switched off where our request has nothing of the kind.
 */
export function curlCommand(request: PrintableRequest, tls: PrintableTls = {}): string {
  const parts = ['curl --http1.1 --globoff --path-as-is', ...tlsOptions(tls)];
  parts.push(request.method === 'HEAD' && request.body === undefined ? '--head' : `-X ${request.method}`);

  const names = new Set<string>();
  for (let i = 0; i + 1 < request.headers.length; i += 2) {
    const name = request.headers[i] ?? '';
    const value = request.headers[i + 1] ?? '';
    names.add(name.toLowerCase());
    // A bare `Name:` would remove the header; `Name;` sends it empty. HTTP trims the space around a value anyway.
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
    // curl asks leave for a body over 1 MB with `Expect: 100-continue`.
    drop('Expect');
    parts.push(`--data-raw ${shellWord(body, 'utf8')}`);
  }
  const target = namedTarget(request.origin, tls.servername, names.has('host'));
  parts.push(...target.options, shellWord(`${target.origin}${request.path}`, 'utf8'));
  return parts.join(' \\\n  ');
}

/**
 * Where to connect. curl takes the name for SNI and for the certificate from the URL alone: another one goes there, with
 * the real host beside it.
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

/** curl takes one file, or what a command writes; and its own CAs beside it where it is told so (curl 8.2). */
function caOptions(authorities: readonly string[]): string[] {
  const files = authorities.filter((each) => each !== SYSTEM_CAS).map((file) => shellWord(file, 'utf8'));
  const [first] = files;
  if (first === undefined) return [];
  const besides = authorities.includes(SYSTEM_CAS) ? ['--ca-native'] : [];
  return [...besides, `--cacert ${files.length === 1 ? first : `<(cat ${files.join(' ')})`}`];
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
 * One word of a POSIX shell, quoted. Header values go out as Latin-1 (RFC 9110, section 5.5, obs-text), which a UTF-8
 * terminal cannot show: such a word is written with printf and octal escapes.
 */
function shellWord(text: string, encoding: 'utf8' | 'latin1'): string {
  if (encoding === 'utf8' || /^\p{ASCII}*$/u.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const format = text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    // An exclamation mark too: between double quotes an interactive bash would look it up in its history.
    .replace(
      /\P{ASCII}|!/gu,
      (character) => `\\${(character.charCodeAt(0) & 0xff).toString(8).padStart(3, '0')}`,
    )
    .replaceAll("'", "'\\''");
  return `"$(printf '${format}')"`;
}
