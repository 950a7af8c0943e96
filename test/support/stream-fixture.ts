import type { Session } from '../../src/wamp/client/session.js';
import type { GatewayFixture, GatewayFixtureOptions } from './gateway-fixture.js';
import { openGatewayFixture } from './gateway-fixture.js';
import { joinOverWebSocket } from './joined-session.js';
import { createStreamApi, type StreamApi, type StreamApiOptions } from './stream-api.js';

export interface StreamFixture extends GatewayFixture {
  readonly api: StreamApi;
  /** A session that can ask for progressive results. */
  readonly session: Session;
}

/** Starts an API that streams, a gateway in front of it, and a caller. */
export async function openStreamFixture(
  options: StreamApiOptions = {},
  gateway: Omit<GatewayFixtureOptions, 'respond'> = {},
): Promise<StreamFixture> {
  const api = createStreamApi(options);
  const fixture = await openGatewayFixture({ ...gateway, respond: api.respond });
  const session = await joinOverWebSocket(fixture.gateway.url);
  return {
    ...fixture,
    api,
    session,
    async close() {
      await session.leave();
      await fixture.close();
    },
  };
}
