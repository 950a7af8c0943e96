import type { ListenerConfig } from '../config/model.js';
import type { ListenerTls } from '../transport/tcp-server.js';

/** The TLS files of a listener. Undefined without TLS. */
export function tlsOf({ settings }: ListenerConfig): ListenerTls | undefined {
  const certfile = settings['tls.certfile'];
  const keyfile = settings['tls.keyfile'];
  return certfile && keyfile ? { certfile, keyfile, cacertfile: settings['tls.cacertfile'] } : undefined;
}
