import { afterEach, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const S = 'rpc_gateway.services.graph';
let fixture: GatewayFixture;
afterEach(() => fixture.close());

/** The request target that a POST reaches with this base_url and these lines of its procedure. */
async function targetOf(baseUrl: string, ...lines: string[]): Promise<string | undefined> {
  fixture = await openGatewayFixture({
    conf: (url) =>
      [
        `${S}.base_url = ${url}${baseUrl}`,
        `${S}.procedures.query.uri = com.graph.query`,
        `${S}.procedures.query.realm = com.example.myrealm`,
        `${S}.procedures.query.method = POST`,
        ...lines.map((line) => `${S}.procedures.query.${line}`),
      ].join('\n'),
  });
  expect((await fixture.caller.call('com.graph.query', { query: '{me}' })).kwargs['status']).toBe(200);
  return fixture.upstream.requests[0]?.url;
}

it.each<[string, string, string[]]>([
  ['/api/graphql', '/api/graphql', []],
  ['/api/graphql', '/api/graphql', ['path =']],
  ['/api/graphql/', '/api/graphql/', []],
  ['/api/graphql', '/api/graphql/', ['path = /']],
  ['/rpc.php?v=1', '/rpc.php?v=1', []],
  ['', '/', []],
])('appends only a path to base_url …%s: %s, %j', async (baseUrl, target, lines) => {
  expect(await targetOf(baseUrl, ...lines)).toBe(target);
});
