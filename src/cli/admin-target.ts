import { existsSync } from 'node:fs';
import { isOnLoopback } from '../config/checks/listener-checks.js';
import { type AdminTarget, type AdminTargets, readAdminTargets } from '../config/read-admin-target.js';
import { hostInUrl } from '../transport/tcp-server.js';
import { type AdminTls, type AdminTlsOptions, readAdminTls } from './admin-tls.js';
import { DEFAULT_CONFIG } from './configuration.js';
import { dialable } from './endpoints.js';
import { CommandFailure, EXIT, type Host } from './host.js';

/** The environment variables for commands without `--admin` and `--token`. */
const URL_VARIABLE = 'RPC_GATEWAY_ADMIN_URL';
const TOKEN_VARIABLE = 'RPC_GATEWAY_ADMIN_TOKEN';

/** Where the demo and a file without listeners have their admin listener. */
const DEFAULT_URL = 'http://127.0.0.1:18081';

export interface AdminOptions extends AdminTlsOptions {
  readonly config?: string;
  readonly admin?: string;
  readonly token?: string;
}

/** How a command reaches an admin listener. */
export interface AdminAddress {
  /** An http or https URL, without a path. */
  readonly url: string;
  readonly token: string | undefined;
  /** The file with the certificate that the listener must have. Undefined: a CA must have signed it. */
  readonly certfile: string | undefined;
  readonly tls: AdminTls;
}

/**
 * Finds the admin listener: `--admin` and RPC_GATEWAY_ADMIN_URL; the configuration; the default
 * address. It reads the token from a configuration only if the command line names the
 * configuration, or if the URL is from there. So it never sends it to another host by accident.
 *
 * @throws CommandFailure
 */
export function adminAddress(options: AdminOptions, host: Host): AdminAddress {
  const { certfile, ...address } = findAddress(options, host);
  const tls = readAdminTls(options, address.url);
  // The CA of the command line says more than the file of the configuration.
  return { ...address, tls, certfile: tls.ca === undefined ? certfile : undefined };
}

function findAddress(options: AdminOptions, host: Host): Omit<AdminAddress, 'tls'> {
  const given = options.admin ?? (host.env[URL_VARIABLE] || undefined);
  const token = options.token ?? (host.env[TOKEN_VARIABLE] || undefined);
  if (given !== undefined) {
    const fromFile = options.config === undefined ? undefined : targetsOf(options.config, host).token;
    return { url: checkedUrl(given), token: token ?? fromFile, certfile: undefined };
  }
  if (options.config === undefined && !existsSync(DEFAULT_CONFIG)) {
    return { url: DEFAULT_URL, token, certfile: undefined };
  }
  const file = options.config ?? DEFAULT_CONFIG;
  const targets = targetsOf(file, host);
  const target = bestOf(targets.listeners);
  if (target === undefined) {
    throw new CommandFailure(
      `${file} has no admin listener with a port: add one with listeners.NAME.protocol = admin, or name its URL with --admin.`,
    );
  }
  const { ip, port, hasTls, certfile } = target;
  return {
    url: `${hasTls ? 'https' : 'http'}://${hostInUrl(dialable(ip))}:${port}`,
    token: token ?? targets.token,
    certfile,
  };
}

function targetsOf(file: string, host: Host): AdminTargets {
  if (!existsSync(file)) throw new CommandFailure(`There is no file ${file}.`);
  return readAdminTargets(file, host.env);
}

/** Prefers a listener on the loopback address, and then one without TLS. */
function bestOf(listeners: readonly AdminTarget[]): AdminTarget | undefined {
  const rank = (target: AdminTarget): number =>
    (isOnLoopback({ ip: target.ip }) ? 0 : 2) + (target.hasTls ? 1 : 0);
  return listeners.filter(({ port }) => port !== 0).sort((a, b) => rank(a) - rank(b))[0];
}

function checkedUrl(text: string): string {
  const url = /^https?:\/\/[^/]/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.pathname !== '/') {
    throw new CommandFailure(
      'The URL of an admin listener has the form http://host:port or https://host:port. Pass the token with --token.',
      EXIT.usage,
    );
  }
  return url.origin;
}
