import { fillVars } from '../auth/fill-vars.js';
import type { ServiceConfig, Template } from '../config/model.js';
import { proxyOrigin } from '../config/types/proxy-url.js';
import { sourceForShow } from '../config/types/template.js';
import { readVaultOptions } from '../secrets/vault/vault-options.js';
import { createRoutes, type Environment, type Route, type Routes } from '../upstream/proxy/routes.js';

/** A server to which a service connects, and how. */
export interface ServiceRoute {
  /** Scheme, host and port. Variables stay names, and text from the environment is masked. */
  readonly server: string;
  readonly role: 'API' | 'token endpoint' | 'Vault';
  /** Undefined if the host is not known before a secret is read. */
  readonly route: Route | undefined;
}

/** The routes of a service, as far as they are known without its secret. */
export function serviceRoutes({ settings }: ServiceConfig, env: Environment): readonly ServiceRoute[] {
  const routes = createRoutes(settings.proxy, env);
  const vars = settings['auth.vars'];
  const urls: readonly (readonly [ServiceRoute['role'], Template | undefined])[] = [
    ['API', settings.base_url],
    ['token endpoint', settings['auth.fetch.url']],
  ];
  const found = urls.flatMap(([role, url]): readonly ServiceRoute[] =>
    url === undefined
      ? []
      : [
          {
            server: /^[^/]*(?:\/\/[^/?]*)?/.exec(sourceForShow(url))?.[0] ?? '',
            role,
            route: routeOf(url, vars, routes),
          },
        ],
  );
  if (settings['auth.secrets.provider'] !== 'vault') return found;
  const vault = readVaultOptions(settings, env);
  if (vault.kind === 'problem') return found;
  const { origin } = new URL(vault.address);
  return [...found, { server: origin, role: 'Vault', route: routes(origin) }];
}

function routeOf(url: Template, vars: ReadonlyMap<string, string>, routes: Routes): Route | undefined {
  const text = fillVars(url.parts, (name) => vars.get(name));
  return text !== undefined && URL.canParse(text) ? routes(new URL(text).origin) : undefined;
}

/** One line for an operator: `https://idp.example.com (token endpoint) directly (no_proxy)`. */
export function describeRoute({ server, role, route }: ServiceRoute): string {
  return `${server}${role === 'API' ? '' : ` (${role})`} ${wayOf(route)}`;
}

const DIRECTLY = {
  unset: 'directly',
  key: 'directly (proxy = none)',
  loopback: 'directly (loopback)',
  no_proxy: 'directly (no_proxy)',
} as const;

function wayOf(route: Route | undefined): string {
  switch (route?.kind) {
    case undefined:
      return 'on the way that its variables determine';
    case 'direct':
      return DIRECTLY[route.why];
    case 'proxy':
      return `through ${proxyOrigin(route.proxy)} (${route.from})`;
    case 'unusable':
      return `not at all (${route.from} is not usable)`;
  }
}
