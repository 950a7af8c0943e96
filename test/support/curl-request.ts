import type { RecordedRequest } from './recording-upstream.js';
import { shellWords } from './shell-words.js';

/**
 * A request in a form that tests can compare: header names in lower case and sorted, values as
 * Latin-1.
 */
export interface ComparableRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Headers that belong to the connection, not to the request. */
const PER_CONNECTION = new Set(['connection', 'host']);

/** The output of `printf '…'` with octal escapes. */
const readPrintf = (command: string): Buffer | undefined => shellWords(`"$(${command})"`)[0];

/** The request that arrived at a recording upstream. */
export function comparableRequest(request: RecordedRequest): ComparableRequest {
  const headers: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!.toLowerCase();
    if (!PER_CONNECTION.has(name)) headers.push(`${name}: ${request.rawHeaders[i + 1]}`);
  }
  return {
    method: request.method,
    url: request.url,
    headers: headers.sort(),
    body: request.body.toString('latin1'),
  };
}

/**
 * The request that curl would send, according to its manual for each option that we use; other
 * options throw.
 */
export function readCurlCommand(command: string): ComparableRequest {
  const [, piped, curl = command] = /^(printf '[^']*') \|\n( *curl .*)$/s.exec(command) ?? [];
  const input = piped === undefined ? undefined : readPrintf(piped);
  const words = shellWords(curl);
  const headers = new Map([
    ['user-agent', 'curl'],
    ['accept', '*/*'],
  ]);
  let method = 'GET';
  let body: Buffer | undefined;
  let url = '';
  const next = (): Buffer => {
    const word = words.shift();
    if (word === undefined) throw new Error('an option without its value');
    return word;
  };
  if (next().toString() !== 'curl') throw new Error('not curl');
  const given: string[] = [];
  while (words.length > 0) {
    const word = next().toString('utf8');
    if (word === '-X') method = next().toString();
    else if (word === '--head') method = 'HEAD';
    else if (word === '-H') given.push(next().toString('latin1'));
    else if (word === '--data-raw') body = next();
    else if (word === '--data-binary' && next().toString() === '@-') body = input;
    else if (!word.startsWith('-')) url = word;
    else if (!['--http1.1', '--globoff', '--path-as-is', '--compressed'].includes(word)) {
      throw new Error(`unknown option ${word}`);
    }
  }
  if (body !== undefined) {
    headers
      .set('content-type', 'application/x-www-form-urlencoded')
      .set('content-length', String(body.length));
  }
  for (const header of given) {
    const at = header.search(/[:;]/);
    const name = header.slice(0, at).toLowerCase();
    const value = header.slice(at + 1).trim();
    if (header[at] === ':' && value === '') headers.delete(name);
    else headers.set(name, value);
  }
  return {
    method,
    url: url.replace(/^https?:\/\/[^/]*/, ''),
    headers: [...headers].map(([name, value]) => `${name}: ${value}`).sort(),
    body: body?.toString('latin1') ?? '',
  };
}
