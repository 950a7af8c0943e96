import { type AllowedHost, needsNoPermission, portOf, readHost, readOrigin } from './allowed-hosts.js';
import { isOpenPath } from './open-paths.js';
import { type Refusal, refusal } from './refusal.js';
import { NO_HOST, type RequestHead } from './request-head.js';

/**
 * Refuses a Host that is neither of this machine, nor an IP address, nor in `admin.hosts`. Otherwise
 * a web page could give its own name the address of the gateway (DNS rebinding), and read
 * everything here.
 */
export function checkHost({ host, path }: RequestHead, allowed: readonly AllowedHost[]): Refusal | undefined {
  if (host === undefined) {
    // Browsers always send Host. Some load balancers probe with HTTP/1.0 and without it.
    return isOpenPath(path) ? undefined : NO_HOST;
  }
  const found = readHost(host);
  if (found === undefined) return refusal(400, 'bad_request', 'The Host field is not a host.');
  if (needsNoPermission(found)) return undefined;
  const isAllowed = allowed.some(
    ({ name, port, scheme }) =>
      name === found.name &&
      (port === undefined || port === (scheme === undefined ? found.port : portOf(found, scheme))),
  );
  return isAllowed
    ? undefined
    : refusal(
        403,
        'host',
        'This host name is not allowed. Use an IP address, or add the name to admin.hosts.',
      );
}

/**
 * Refuses a request of a web page from another origin. Browsers send Origin with every request that
 * can change something, and pages cannot forge it.
 */
export function checkOrigin(
  { host, origin, isTls }: RequestHead,
  allowed: readonly AllowedHost[],
): Refusal | undefined {
  if (origin === undefined) return undefined;
  const page = readOrigin(origin);
  const own = host === undefined ? undefined : readHost(host);
  if (page !== undefined) {
    const port = portOf(page, page.scheme);
    // A proxy may add TLS, so the scheme counts only if the gateway itself has TLS.
    const isOwn =
      own !== undefined &&
      page.name === own.name &&
      port === portOf(own, page.scheme) &&
      (!isTls || page.scheme === 'https:');
    const isAllowed = allowed.some(
      (one) =>
        one.name === page.name &&
        (one.port === undefined || one.port === port) &&
        (one.scheme === undefined || one.scheme === page.scheme),
    );
    if (isOwn || isAllowed) return undefined;
  }
  return refusal(403, 'origin', 'Web pages of this origin may not send requests. See admin.hosts.');
}
