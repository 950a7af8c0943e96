/** The response to a request of an operator, as JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * A path that a program adds to the admin listeners. The token, Host and Origin of a request are
 * checked as for the other paths. The request has no parameters.
 *
 * @example
 * ```ts
 * import { type AdminRoute, createGateway, loadConfig } from 'wamp-rpc-gateway';
 *
 * let isOpen = true;
 * const body = () => ({ open: isOpen });
 * const show: AdminRoute = { method: 'GET', path: '/shop', answer: () => ({ status: 200, body: body() }) };
 * const close: AdminRoute = {
 *   method: 'POST',
 *   path: '/shop/close',
 *   answer() {
 *     isOpen = false;
 *     return { status: 200, body: body() };
 *   },
 * };
 * const config = loadConfig('bondy.conf', { env: process.env });
 * const gateway = createGateway(config, { adminRoutes: [show, close] });
 * await gateway.start();
 * await gateway.stop();
 * ```
 */
export interface AdminRoute {
  readonly method: 'GET' | 'POST';
  /** For example `/shop/queue`. The gateway must not have this path itself. */
  readonly path: string;
  readonly answer: () => AdminAnswer | Promise<AdminAnswer>;
}
