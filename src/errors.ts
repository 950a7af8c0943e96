/** One fault of a configuration file: where it is, what is wrong and what to do. Never holds a value from the file. */
export interface ConfigProblem {
  readonly file: string;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
  /** The key at fault, or '' where the line has none. */
  readonly key: string;
  readonly message: string;
}

/** `file:line: key: message`, the one form in which problems and notices are shown. */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return problem.key === '' ? `${place}: ${problem.message}` : `${place}: ${problem.key}: ${problem.message}`;
}

/** The configuration cannot be used. Carries every problem found, not the first alone. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** @param notices warnings that were found besides; they alone would not have kept the gateway from starting. */
  constructor(
    readonly problems: readonly ConfigProblem[],
    readonly notices: readonly ConfigProblem[] = [],
  ) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** The errors with which a gateway fails to be made or to start. docs/errors.md lists the codes; a test keeps the two equal. */
export const GATEWAY_ERROR_CODES = ['already_started', 'listen', 'listener_tls', 'service_tls'] as const;

export type GatewayErrorCode = (typeof GATEWAY_ERROR_CODES)[number];

/**
 * A gateway cannot be made or started.
 *
 * @example
 * try {
 *   await gateway.start();
 * } catch (error) {
 *   if (error instanceof GatewayError && error.code === 'listen') console.error(error.message);
 *   else throw error;
 * }
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  /**
   * @param code stable; programs can rely on it
   * @param message one plain sentence that says what failed, where and why
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
 * The errors with which the gateway itself ends a call, apart from what an upstream answered: stable code, WAMP error URI and HTTP
 * status. docs/errors.md holds the same table for readers, and a test keeps the two equal.
 */
export const CALL_ERRORS = {
  bad_request: { uri: 'wamp.error.invalid_argument', status: 400 },
  connect: { uri: 'bondy.error.bad_gateway', status: 502 },
  tls: { uri: 'bondy.error.bad_gateway', status: 502 },
  bad_answer: { uri: 'bondy.error.bad_gateway', status: 502 },
  timeout: { uri: 'wamp.error.timeout', status: 504 },
  overload: { uri: 'bondy.error.bad_gateway', status: 503 },
  down: { uri: 'bondy.error.bad_gateway', status: 503 },
  auth: { uri: 'bondy.error.bad_gateway', status: 503 },
  secrets: { uri: 'bondy.error.bad_gateway', status: 503 },
  canceled: { uri: 'wamp.error.canceled', status: undefined },
  internal: { uri: 'bondy.error.bad_gateway', status: 500 },
} as const satisfies Record<string, { uri: string; status: number | undefined }>;

export type CallErrorCode = keyof typeof CALL_ERRORS;
