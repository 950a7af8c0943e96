import { basename } from 'node:path';
import { createGateway } from '../assembly/create-gateway.js';
import { systemClock } from '../clock.js';
import type { RealmSecurity, ServiceConfig } from '../config/model.js';
import { formatProblem } from '../errors.js';
import { describeRoute, serviceRoutes } from '../gateway/service-routes.js';
import { silentLogger } from '../log.js';
import { urlForShow } from '../transport/dial-options.js';
import { visibleText } from './colour.js';
import { count, DEFAULT_CONFIG, readConfiguration } from './configuration.js';
import { adminUrls, listenerUrls } from './endpoints.js';
import { EXIT, type ExitCode, type Host } from './host.js';
import { schemaNotices } from './schema-notices.js';

/**
 * `rpc-gateway check`: builds the gateway like `start`, but opens no sockets. Notices go to stderr,
 * a short summary to stdout. Errors are thrown, and the caller prints them to stderr.
 */
export async function check(options: { readonly config?: string }, host: Host): Promise<ExitCode> {
  const config = await readConfiguration(options.config, host);
  createGateway(config, { log: silentLogger, env: host.env });

  const file = options.config ?? DEFAULT_CONFIG;
  const notices = [...config.notices, ...schemaNotices(config, file, systemClock)];
  for (const notice of notices) host.stderr.write(`${visibleText(formatProblem(notice))}\n`);
  const procedures = config.services.reduce((sum, service) => sum + service.procedures.length, 0);
  const content =
    `${count(config.services.length, 'service')}, ` +
    `${count(procedures, 'procedure')}, ${count(config.realms.length, 'realm')}`;
  const lines = [
    `${file} is fine: ${content}`,
    ...config.services.flatMap((service) => [
      `  service ${service.name}: ${count(service.procedures.length, 'procedure')}${fromDocument(service)}`,
      ...waysOf(service, host),
    ]),
    ...config.realms.map((realm) => `  realm ${realm}${whoIsIn(config.security.realms.get(realm))}`),
    ...(config.router.url ?? []).map((url) => `  router ${urlForShow(url)}`),
    ...listenerUrls(config).map((url) => `  listener ${url}`),
    ...adminUrls(config).map((url) => `  admin listener ${url}`),
  ];
  host.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

/** How many operations of a document are procedures, as in `, 18 of 20 operations of billing.yaml`. */
function fromDocument({ document, procedures }: ServiceConfig): string {
  if (document === undefined) return '';
  const served = procedures.filter(({ operation }) => operation !== undefined).length;
  return `, ${served} of ${count(document.operationCount, 'operation')} of ${basename(document.file)}`;
}

/** Which server is reached through which proxy. Nothing if there is no proxy. */
function waysOf(service: ServiceConfig, { env }: Host): readonly string[] {
  const routes = serviceRoutes(service, env);
  const isPlain = routes.every(({ route }) => route?.kind === 'direct' && route.why === 'unset');
  return isPlain ? [] : routes.map((each) => `    ${describeRoute(each)}`);
}

function whoIsIn(realm: RealmSecurity | undefined): string {
  if (realm === undefined) return '';
  const { users, groups, grants } = realm;
  const allowed = grants === undefined ? 'no grants' : count(grants.length, 'grant');
  return `: ${count(users.size, 'user')}, ${count(groups.size, 'group')}, ${allowed}`;
}
