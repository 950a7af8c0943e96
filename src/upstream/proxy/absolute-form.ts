import type { Client, Dispatcher } from 'undici';
import type { EgressProxy } from '../../config/types/proxy-url.js';

/**
 * Makes a client, whose connections lead to a proxy, send requests for a server with http: the target
 * is a whole URL (RFC 9112 section 3.2.2), and only here the proxy gets its credential.
 *
 * @param origin of the server
 */
export function sendInAbsoluteForm(client: Client, origin: string, { authorization }: EgressProxy): void {
  const dispatch = client.dispatch.bind(client);
  const added = authorization === undefined ? [] : ['Proxy-Authorization', authorization];
  client.dispatch = (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) =>
    dispatch(
      {
        ...options,
        path: `${origin}${options.path}`,
        headers: [...(options.headers as readonly string[]), ...added],
      },
      handler,
    );
}
