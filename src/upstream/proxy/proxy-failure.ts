/** Why there is no connection through a proxy. Nothing has been sent to the upstream. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';

  /**
   * @param message for the log. Contains no URL and no credential
   * @param permanent true if another attempt cannot help
   */
  constructor(
    message: string,
    readonly permanent: boolean,
  ) {
    super(message);
  }
}

/** RFC 9110 section 15.5.8. Only a proxy sends this status. */
export const PROXY_AUTHENTICATION_REQUIRED = 407;

export const CREDENTIALS_REFUSED = 'the proxy refuses the user name or the password (status 407)';

/** Statuses below 500 after which another attempt may help (RFC 9110 section 15.5.9, RFC 6585). */
const TEMPORARY = new Set([408, 425, 429]);

/** Describes the response of a proxy that does not open a tunnel. */
export function tunnelRefusal(status: number): ProxyFailure {
  if (status === PROXY_AUTHENTICATION_REQUIRED) return new ProxyFailure(CREDENTIALS_REFUSED, true);
  if (status >= 500) return new ProxyFailure(`the proxy cannot reach the server (status ${status})`, false);
  return new ProxyFailure(
    `the proxy refuses to connect to the server (status ${status})`,
    !TEMPORARY.has(status),
  );
}
