import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewRequest } from '../../../src/assembly/preview-request.js';
import { type LoadedConfig, parseConfig } from '../../../src/config/load-config.js';
import { isSecretName } from '../../../src/config/secret-names.js';
import { curlCommand } from '../../../src/gateway/curl.js';
import type { Session } from '../../../src/wamp/client/session.js';
import { WampError } from '../../../src/wamp/wamp-error.js';
import { comparableRequest, readCurlCommand } from '../../support/curl-request.js';
import { DRY_RUN_CASES, type DryRunCase, dryRunConf } from '../../support/dry-run-cases.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';
import { joinOverWebSocket } from '../../support/joined-session.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';

describe('the output of --dry-run', () => {
  let upstream: RecordingUpstream;
  let gateway: RunningGateway;
  let session: Session;
  let config: LoadedConfig;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    gateway = await startGateway(dryRunConf(upstream.url));
    session = await joinOverWebSocket(gateway.url);
    config = parseConfig(dryRunConf(upstream.url), { env: {} });
  });
  afterAll(async () => {
    await session.leave();
    await gateway.stop();
    await upstream.close();
  });

  const printed = ({ uri, kwargs }: DryRunCase) =>
    readCurlCommand(curlCommand(previewRequest(config, uri, undefined, kwargs).request));

  /** What arrives, with the two secrets masked as the preview masks them. */
  const received = async ({ uri, kwargs }: DryRunCase) => {
    upstream.clear();
    await session.call(uri, { kwargs });
    const [request] = upstream.requests;
    const comparable = comparableRequest(request!);
    const mask = (header: string): string =>
      header.replace('Bearer open sesame', 'Bearer ***').replace(/^cookie: .*/, 'cookie: ***');
    return { ...comparable, headers: comparable.headers.map(mask) };
  };

  it.each(DRY_RUN_CASES)('equals the request that arrives: $uri $kwargs', async (one) => {
    expect(printed(one)).toEqual(await received(one));
  });

  it('equals the request that arrives for random kwargs', async () => {
    // A field that is called like a credential is masked, and so not what arrives.
    const key = fc.string().filter((name) => !isSecretName(name));
    const scalar = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    );
    const value = fc.oneof(scalar, fc.array(scalar), fc.object({ key, maxDepth: 2, values: [scalar] }));
    const kwargs = fc.record(
      {
        id: fc.oneof(fc.string(), fc.integer()),
        state: fc.string(),
        mood: fc.string(),
        crumb: fc.string(),
        x: value,
      },
      { requiredKeys: ['id'] },
    );
    const uri = fc
      .constantFrom('get', 'post', 'put', 'patch', 'delete', 'head')
      .map((name) => `com.shop.${name}`);
    await fc.assert(
      fc.asyncProperty(fc.record({ uri, kwargs }), async (one) => {
        let expected: ReturnType<typeof printed>;
        try {
          expected = printed(one);
        } catch {
          // What cannot be printed cannot be called either, and nothing leaves.
          upstream.clear();
          await expect(session.call(one.uri, { kwargs: one.kwargs })).rejects.toThrow(WampError);
          expect(upstream.requests.length).toBe(0);
          return;
        }
        expect(expected).toEqual(await received(one));
      }),
      { numRuns: 300 },
    );
  });
});
