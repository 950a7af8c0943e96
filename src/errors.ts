/**
 * One problem in a configuration file: where it is, what is wrong and what to do. It never holds a
 * value from the file, which could be a secret.
 */
export interface ConfigProblem {
  /** The path, as the configuration names it. */
  readonly file: string;
  /** The first line is 1. 0: the problem concerns the whole file. */
  readonly line: number;
  /** The key with the problem; empty when the line has no key. */
  readonly key: string;
  /** What is wrong and what to do, in one sentence. */
  readonly message: string;
}

/** What a configuration was read from. */
export interface ConfigSources {
  /** The file with the configuration, by its absolute path. Undefined for a text without a file. */
  readonly main: string | undefined;
  /**
   * The SHA-256 of all files together, in hex. It changes if the content of one of them changes. The
   * values of environment variables have no influence on it.
   */
  readonly hash: string;
  /**
   * The files, by their absolute paths, each with the SHA-256 of its content: the configuration,
   * included files, certificates and keys, and the security file. An unreadable file has an empty
   * text instead. Files with secrets (`auth.secrets.*`) are not in the map.
   */
  readonly files: ReadonlyMap<string, string>;
  /** The folders in which the patterns of `include` looked for files, with the subfolders that match. */
  readonly folders: readonly string[];
}

/**
 * Formats a problem or a notice as `file:line: key: message`.
 *
 * @example
 * ```ts
 * import { formatProblem, loadConfig } from 'wamp-rpc-gateway';
 *
 * const config = loadConfig('bondy.conf', { env: process.env });
 * for (const notice of config.notices) console.warn(formatProblem(notice));
 * ```
 */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return problem.key === '' ? `${place}: ${problem.message}` : `${place}: ${problem.key}: ${problem.message}`;
}

/**
 * The configuration has problems and cannot be used. The error lists all of them, not only the
 * first.
 *
 * @example
 * ```ts
 * import { ConfigError, formatProblem, parseConfig } from 'wamp-rpc-gateway';
 *
 * try {
 *   parseConfig('wamp.call_timeout = 15', { env: {} });
 * } catch (error) {
 *   if (!(error instanceof ConfigError)) throw error;
 *   // bondy.conf:1: wamp.call_timeout: a duration needs a unit: …
 *   for (const problem of error.problems) console.error(formatProblem(problem));
 * }
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /**
   * @param problems what must be fixed, in the order of the file
   * @param notices warnings; they do not stop the gateway from starting
   * @param sources what was read, as far as the problems allowed it
   */
  constructor(
    readonly problems: readonly ConfigProblem[],
    readonly notices: readonly ConfigProblem[] = [],
    readonly sources: ConfigSources | undefined = undefined,
  ) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** The codes of `GatewayError`. docs/errors.md explains each. A test compares the two lists. */
export const GATEWAY_ERROR_CODES = [
  'already_started',
  'listen',
  'listener_tls',
  'router_key',
  'router_tls',
  'service_proxy',
  'service_tls',
  'service_vault',
  'stopped',
  'tracing_packages',
] as const;

/**
 * Why a gateway could not be created or started. docs/errors.md explains each code.
 *
 * @useDeclaredType
 */
export type GatewayErrorCode = (typeof GATEWAY_ERROR_CODES)[number];

/**
 * The gateway could not be created or started. `code` is stable: programs can rely on it.
 *
 * @example
 * ```ts
 * import { createGateway, GatewayError, loadConfig } from 'wamp-rpc-gateway';
 *
 * const gateway = createGateway(loadConfig('bondy.conf', { env: process.env }));
 * try {
 *   await gateway.start();
 * } catch (error) {
 *   // Another program uses the port, for example.
 *   if (!(error instanceof GatewayError && error.code === 'listen')) throw error;
 *   console.error(error.message);
 * }
 * await gateway.stop();
 * ```
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  /**
   * @param code why it failed
   * @param message what failed, where and why, in one sentence
   * @param options `cause`: the error behind this one
   */
  constructor(
    readonly code: GatewayErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The errors with which the gateway itself ends a call: stable code, WAMP error URI and HTTP
 * status. They do not include error responses of an upstream. docs/errors.md has the same table. A
 * test compares the two.
 */
export const CALL_ERRORS = {
  bad_request: { uri: 'wamp.error.invalid_argument', status: 400 },
  connect: { uri: 'bondy.error.bad_gateway', status: 502 },
  tls: { uri: 'bondy.error.bad_gateway', status: 502 },
  bad_answer: { uri: 'bondy.error.bad_gateway', status: 502 },
  timeout: { uri: 'wamp.error.timeout', status: 504 },
  overload: { uri: 'bondy.error.bad_gateway', status: 503 },
  rate_limited: { uri: 'bondy.error.too_many_requests', status: 429 },
  down: { uri: 'bondy.error.bad_gateway', status: 503 },
  auth: { uri: 'bondy.error.bad_gateway', status: 503 },
  secrets: { uri: 'bondy.error.bad_gateway', status: 503 },
  canceled: { uri: 'wamp.error.canceled', status: undefined },
  too_large: { uri: 'wamp.error.payload_size_exceeded', status: 502 },
  internal: { uri: 'bondy.error.bad_gateway', status: 500 },
} as const satisfies Record<string, { uri: string; status: number | undefined }>;

export type CallErrorCode = keyof typeof CALL_ERRORS;
