import { setImmediate as turn } from 'node:timers/promises';
import type { GatewayOptions } from '../../src/assembly/create-gateway.js';
import type { Clock } from '../../src/clock.js';
import { billingConf } from './billing-conf.js';
import { readDocument } from './documents.js';
import { createFakeClock, type FakeClock, NO_PROBES } from './fake-clock.js';
import { type GatewayFixture, openGatewayFixture } from './gateway-fixture.js';
import { type Idp, startIdp, tokenOf } from './idp.js';
import type { ResponseHandler } from './recording-upstream.js';

export const GET = 'com.billing.get_invoice';
export const POST = 'com.billing.create_invoice';

/** The error of a call when no token is available, without `retry_after`. */
export const NO_TOKEN = {
  status: 503,
  code: 'auth',
  message: 'Authentication unavailable',
  body: 'Authentication unavailable',
};

const GUIDE = readDocument('examples/guide.conf');

/** The guide's OAuth2 section, unchanged except for the identity provider's host. */
export function guideOAuth2(idpOrigin: string): string {
  const section = GUIDE.slice(GUIDE.indexOf('## Token acquisition'));
  return section.replace('https://idp.example.com', idpOrigin);
}

/** A gateway fixture with a token endpoint, and a clock that only the test moves. */
export interface AuthFixture extends GatewayFixture {
  readonly idp: Idp;
  readonly clock: FakeClock;
  /** The tokens that the API was sent, in order. */
  sentTokens(): readonly string[];
  /**
   * Moves time in steps. After each step it waits until all exchanges have ended, except those that
   * wait for a token endpoint that does not respond. Call it only when no request to the API is
   * pending.
   *
   * @param stepMs default 10 s; at most 30 s, or the heartbeat misses the caller's pongs
   */
  pass(ms: number, stepMs?: number): Promise<void>;
  /**
   * Waits until all exchanges have ended, except those that wait for a token endpoint that does not
   * respond.
   */
  settle(): Promise<void>;
}

export interface AuthFixtureOptions {
  /**
   * Lines behind the guide's OAuth2 section, which they override; `+` stands for the service's
   * prefix.
   */
  readonly lines?: readonly string[];
  /** Further lines that need the addresses. */
  readonly more?: (apiUrl: string, idpOrigin: string) => string;
  /** Keys under `auth.fetch` that are left out of the guide's section. */
  readonly without?: readonly string[];
  readonly idp?: ResponseHandler;
  readonly api?: ResponseHandler;
  /** What `random` returns. Default: 0.5, which means no jitter when jitter goes both ways. */
  readonly random?: number;
  readonly tracerProvider?: GatewayOptions['tracerProvider'];
}

/** The timeout of one HTTP attempt. Its unusual length distinguishes its timers from all others. */
const TIMEOUT_MS = 7_777;

/**
 * Starts the guide's billing service with its OAuth2 section, a scripted token endpoint, and an
 * API.
 */
export async function openAuthFixture(options: AuthFixtureOptions = {}): Promise<AuthFixture> {
  const { lines = [], without = [], random = 0.5 } = options;
  const idp = await startIdp(options.idp);
  const clock = createFakeClock();
  const exchanges = watchExchanges(clock);
  const fixture = await openGatewayFixture({
    conf: (url) =>
      [
        guideOAuth2(idp.origin)
          .split('\n')
          .filter((line) => !without.some((key) => line.includes(`.auth.fetch.${key} `)))
          .join('\n'),
        billingConf(url, `+timeout = ${TIMEOUT_MS}ms`, NO_PROBES, ...lines),
        options.more?.(url, idp.origin) ?? '',
      ].join('\n'),
    gateway: {
      clock: exchanges.clock,
      random: () => random,
      ...(options.tracerProvider && { tracerProvider: options.tracerProvider }),
    },
    ...(options.api && { respond: options.api }),
  });

  async function settle(): Promise<void> {
    do await turn();
    while (exchanges.open() > idp.unanswered);
  }

  return {
    ...fixture,
    idp,
    clock,
    sentTokens: () => fixture.upstream.requests.map(tokenOf),
    settle,
    async pass(ms, stepMs = 10_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(stepMs, left));
        // An exchange of frames: the caller has answered every ping that was sent before.
        await fixture.caller.call('com.example.nobody');
        await settle();
      }
    },
    async close() {
      await fixture.close();
      await idp.close();
    },
  };
}

/** Counts the running HTTP exchanges by their timers. */
function watchExchanges(clock: FakeClock): { readonly clock: Clock; open(): number } {
  const open = new Set<object>();
  return {
    open: () => open.size,
    clock: {
      monotonic: clock.monotonic,
      wall: clock.wall,
      after(delayMs, action) {
        if (Math.abs(delayMs - TIMEOUT_MS) > 0.5) return clock.after(delayMs, action);
        const exchange = {};
        open.add(exchange);
        const takeBack = clock.after(delayMs, () => {
          open.delete(exchange);
          action();
        });
        return () => {
          open.delete(exchange);
          takeBack();
        };
      },
    },
  };
}
