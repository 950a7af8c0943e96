import type { Dial } from '../attach/link-types.js';
import type { Clock } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import type { Logger } from '../log.js';
import { dialRouter } from '../transport/dial-router.js';
import { createSerializers } from '../wamp/serializers/serializers.js';
import type { RouterAccess } from './router-access.js';

/** Levels of nesting in messages of the router. */
const MAX_NESTING = 2048;

/** How the links of a mode connect to the router. */
export function createDial(
  { router, wamp }: LoadedConfig,
  { tls }: RouterAccess,
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): Dial {
  const serializer = createSerializers({ maxNesting: MAX_NESTING, maxValues: wamp.max_values }).find(
    ({ name }) => name === router.serializer,
  );
  return (url, { signal, ping, onSilent, onBroken }) =>
    dialRouter(url, {
      tls,
      timeout: router.connect_timeout,
      ...(serializer !== undefined && { serializer }),
      maxFrameSize: router.max_frame_size,
      pingInterval: router.ping_interval,
      pingTimeout: router.ping_timeout,
      rawSocketPing: ping,
      onSilent,
      onBroken,
      signal,
      log,
      clock,
    });
}
