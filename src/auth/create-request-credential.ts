import type { Clock } from '../clock.js';
import type { ServiceConfig } from '../config/model.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { Tracing } from '../observe/tracing.js';
import type { Variables } from '../secrets/variables.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import type { Turns } from '../turns.js';
import type { Routes } from '../upstream/proxy/routes.js';
import { createTokenUpstream } from '../upstream/service-upstream.js';
import type { UpstreamTls } from '../upstream/tls.js';
import type { WaitingMemory } from '../upstream/waiting-memory.js';
import { compileAssertion } from './assertion.js';
import { createAwsCredentials } from './aws-credentials.js';
import { createCallerTokens } from './caller-tokens.js';
import { compileCallerValues, exampleValues } from './caller-values.js';
import type { Credential } from './credential.js';
import { createCredentialWait } from './credential-wait.js';
import { loadAws } from './load-aws.js';
import { isPlaceable } from './placement.js';
import { noCredential, type RequestCredential } from './request-credential.js';
import { createSignedCredential } from './signed-credential.js';
import { prepareTokenRequests } from './signed-token-request.js';
import { createStaticCredential } from './static-credential.js';
import { summing } from './summed-token-log.js';
import { createTokenCache, type TokenSource } from './token-cache.js';
import { createTokenCredential } from './token-credential.js';
import { createTokenEndpoint } from './token-endpoint.js';
import { readTokenPlace } from './token-place.js';
import { compileTokenRequest } from './token-request.js';
import { createSharedToken } from './token-store.js';
import { tracedTokenRequest } from './traced-token-request.js';

export interface RequestCredentialDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly userAgent: string;
  readonly log: Logger;
  /** TLS for the token endpoint. */
  readonly tls: UpstreamTls;
  /** The route to the token endpoint. */
  readonly routes: Routes;
  readonly waiting: WaitingMemory;
  readonly turns: Turns;
  readonly observer: Observer;
  /** Default: nobody records token requests. */
  readonly tracing?: Tracing | undefined;
}

/** Creates the credential that a service's `auth.*` keys describe. Sends nothing before a call. */
export function createRequestCredential(
  { name, settings }: ServiceConfig,
  credential: Credential,
  variables: Variables,
  deps: RequestCredentialDeps,
): RequestCredential {
  switch (credential.kind) {
    case 'none':
      return noCredential;
    case 'static':
      return createStaticCredential(credential, variables);
    case 'signed': {
      const region = settings['auth.sign.region'] ?? '';
      const signs = { region, service: settings['auth.sign.service'] ?? '' };
      return createSignedCredential({
        source: createAwsCredentials({ ...deps, load: () => loadAws(signs), service: name }),
        waitFor: createCredentialWait('AWS credentials', { ...deps, settings }),
        clock: deps.clock,
      });
    }
    case 'token': {
      const { clock, random, log, waiting, turns, observer } = deps;
      const { placement } = credential;
      const readValues = compileCallerValues(settings);
      const traced = tracedTokenRequest(name, settings);
      const endpoint = createTokenEndpoint({
        settings,
        variables,
        clock,
        prepare: prepareTokenRequests(
          settings,
          compileTokenRequest(settings, deps.userAgent),
          compileAssertion(settings, deps),
        ),
        rule: {
          token: readTokenPlace(settings),
          errorPath: settings['auth.fetch.error_path'],
          expiresInPath: settings['auth.fetch.expires_in_path'],
          isPlaceable: (token) => {
            const text = placement.format(token, variables.current() ?? new Map());
            return text !== undefined && isPlaceable(text, placement);
          },
        },
        connect: (origin) =>
          createTokenUpstream(origin, settings, readValues ? settings['pool.size'] : 1, deps),
        log,
        service: name,
        beginTrace: (trace) => (trace ?? deps.tracing)?.tokenRequest(traced),
      });
      const lines = readValues && createSummedLog({ log, clock, ...LINES_OF_STRANGERS });
      const cacheOf = (source: TokenSource, hasTimer: boolean) =>
        createTokenCache({
          source,
          hasTimer,
          refreshMarginMs: settings['auth.cache.refresh_margin'],
          clock,
          random,
          log: lines === undefined ? log : summing(log, lines),
          observer,
          service: name,
        });
      const tokens =
        readValues === undefined
          ? createSharedToken(cacheOf(endpoint.sourceOf(), true))
          : createCallerTokens({
              readValues,
              createCache: (values) => cacheOf(endpoint.sourceOf(values), false),
              example: endpoint.sourceOf(exampleValues(settings)),
              maxEntries: settings['auth.cache.max_entries'],
            });
      const close = async () => {
        tokens.close();
        lines?.flush();
        await endpoint.close();
      };
      return createTokenCredential({ settings, credential, variables, tokens, clock, turns, waiting, close });
    }
  }
}
