import { describeCredential } from '../../src/auth/credential.js';
import { parseConfig } from '../../src/config/load-config.js';
import type { LoadedConfig } from '../../src/config/model.js';
import { ConfigError, formatProblem } from '../../src/errors.js';
import { BadRequest, type IncomingCall } from '../../src/gateway/pipeline/call.js';
import { renderBaseUrl } from '../../src/gateway/pipeline/request/base-url.js';
import { compileRequest } from '../../src/gateway/pipeline/request/request.js';

/** Small OpenAPI documents, and what becomes of their operations. */

/** The files of a configuration, by their names in the folder /etc. A value that is no text is written as JSON. */
export type Files = Readonly<Record<string, unknown>>;

export interface ApiOptions {
  /** Lines; a `+` at the beginning stands for `rpc_gateway.services.api.`. */
  readonly lines?: readonly string[];
  readonly baseUrl?: string;
  readonly files?: Files;
}

/** A configuration with one service, whose document is `/etc/api.json`. */
export function loadApi(document: unknown, options: ApiOptions = {}): LoadedConfig {
  const { lines = [], baseUrl = 'http://api.example.com', files = {} } = options;
  const all: Files = { 'api.json': document, ...files };
  const conf = [
    `+base_url = ${baseUrl}`,
    '+openapi.file = api.json',
    '+openapi.realm = com.example',
    ...lines,
  ].map((line) => line.replace(/^\+/, 'rpc_gateway.services.api.'));
  const readFile = (path: string): string => {
    const name = path.replace(/^\/etc\//, '');
    if (!Object.hasOwn(all, name)) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
    const content = all[name];
    return typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  };
  return parseConfig(conf.join('\n'), { env: {}, file: '/etc/bondy.conf', readFile });
}

/** The problems of a document, as `check` prints them. */
export function problemsOf(document: unknown, options?: ApiOptions): readonly string[] {
  try {
    loadApi(document, options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(formatProblem);
  }
}

export function noticesOf(document: unknown, options?: ApiOptions): readonly string[] {
  return loadApi(document, options).notices.map(formatProblem);
}

export function urisOf(config: LoadedConfig): readonly string[] {
  return config.services.flatMap(({ procedures }) => procedures.map(({ settings }) => settings.uri));
}

const CALLER = { realm: 'com.example', session: 77, authid: 'alice', authrole: 'clerk' };

/** A request as tests compare it. */
export interface BuiltCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly bytes: Buffer | undefined;
}

/** Compiles one operation, and returns a function that builds its request. */
export function operationOf(
  document: unknown,
  uri: string,
  options?: ApiOptions,
): (kwargs?: IncomingCall['kwargs']) => BuiltCall {
  const config = loadApi(document, options);
  const [service] = config.services;
  const procedure = service!.procedures.find(({ settings }) => settings.uri === uri);
  if (procedure === undefined) throw new Error(`there is no ${uri}, only ${urisOf(config).join(', ')}`);
  const base = renderBaseUrl(service!.settings, new Map())!;
  const build = compileRequest(service!, procedure, base, describeCredential(service!.settings), {
    userAgent: 'test',
    uuid: () => 'uuid-1',
  });
  return (kwargs = {}) => {
    const { request } = build({ args: [], kwargs, caller: CALLER });
    const headers: Record<string, string> = {};
    for (let index = 0; index < request.headers.length; index += 2) {
      headers[request.headers[index]!.toLowerCase()] = request.headers[index + 1]!;
    }
    const { method, path, body } = request;
    const bytes = body === undefined ? undefined : Buffer.from(body);
    return { method, path, headers, body: bytes?.toString(), bytes };
  };
}

/** Why a call is refused. */
export function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof BadRequest) return error.message;
    throw error;
  }
  throw new Error('the call was not refused');
}

/** A document of OpenAPI 3.1 with these paths. */
export function api(paths: unknown, components: unknown = {}): Readonly<Record<string, unknown>> {
  return { openapi: '3.1.0', info: { title: 'Test', version: '1' }, paths, components };
}

/** A document with one operation `get`, which has these parameters. */
export function withParameters(path: string, ...parameters: readonly unknown[]): unknown {
  return api({ [path]: { get: { operationId: 'get', parameters, responses: {} } } });
}

/** A document with one operation `post`, which has this JSON body. */
export function withBody(schema: unknown, options: object = { required: true }): unknown {
  const requestBody = { content: { 'application/json': { schema } }, ...options };
  return api({ '/things': { post: { operationId: 'post', requestBody, responses: {} } } });
}
