/** The response to a request of an operator, as JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * A path that a program adds to the admin listeners. The token, Host and Origin of a request are
 * checked as for the other paths. The request has no parameters.
 */
export interface AdminRoute {
  readonly method: 'GET' | 'POST';
  /** For example `/shop/queue`. The gateway must not have this path itself. */
  readonly path: string;
  readonly answer: () => AdminAnswer | Promise<AdminAnswer>;
}
