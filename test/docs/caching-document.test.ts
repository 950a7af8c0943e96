import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../support/close-after-each.js';
import { readDocument } from '../support/documents.js';
import { createFakeClock } from '../support/fake-clock.js';
import { openGatewayFixture } from '../support/gateway-fixture.js';

const DOCUMENT = readDocument('docs/caching.md');
const [, CONFIGURATION = ''] = /```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];
const [, HEADERS = ''] = /```http\n([^`]*)```/.exec(DOCUMENT) ?? [];
/** Time, procedure, kwargs, what the API gets, and the cache status. */
const ROWS = [...DOCUMENT.matchAll(/^\| (\d+) s \| `(\w+)` `(\{.*\})` \| (.*) \| (.*) \|$/gm)].map(
  ([, seconds, procedure, kwargs, request, status]) => ({
    seconds: Number(seconds),
    procedure: procedure as string,
    kwargs: JSON.parse(kwargs as string) as object,
    request: request as string,
    status: (status as string).replaceAll('`', ''),
  }),
);

describe('docs/caching.md', () => {
  const closing = closeAfterEach();

  it('shows what calls get, one after another', async () => {
    expect(ROWS).toHaveLength(7);
    let now = ROWS[0];
    const clock = createFakeClock();
    const headers = Object.fromEntries(
      HEADERS.trim()
        .split('\n')
        .map((line) => line.split(': ', 2)),
    );
    const { upstream, caller } = closing(
      await openGatewayFixture({
        conf: (url) =>
          `${CONFIGURATION}\nrpc_gateway.services.billing.liveness.enabled = off\nwamp.ping_interval = 0\n`
            .replace('https://billing.example.com', url)
            .replace('.base_url', '.retries = 0\nrpc_gateway.services.billing.base_url'),
        respond({ method }) {
          if (now?.request.includes('fails')) return { status: 503 };
          if (method !== 'GET') return {};
          return { status: now?.request.includes('304') ? 304 : 200, headers };
        },
        gateway: { clock },
      }),
    );
    let seconds = 0;
    for (const row of ROWS) {
      now = row;
      clock.advance((row.seconds - seconds) * 1_000);
      seconds = row.seconds;
      const before = upstream.requests.length;
      const { kwargs } = await caller.call(`com.billing.${row.procedure}`, row.kwargs);
      const { headers: got } = kwargs as { readonly headers?: Readonly<Record<string, string>> };
      expect(got?.['cache-status'] ?? 'none').toBe(row.status);
      const sent = upstream.requests
        .slice(before)
        .map(({ method, headers: { 'if-none-match': etag } }) =>
          etag === undefined ? method : `${method} with \`If-None-Match: ${etag}\``,
        );
      expect(row.request.startsWith(sent.join() || 'nothing')).toBe(true);
    }
  });
});
