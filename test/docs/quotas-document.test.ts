import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../support/close-after-each.js';
import { readDocument } from '../support/documents.js';
import { createFakeClock } from '../support/fake-clock.js';
import { openGatewayFixture } from '../support/gateway-fixture.js';

const DOCUMENT = readDocument('docs/quotas.md');
/** Each section with a configuration and calls. */
const SECTIONS = DOCUMENT.split(/^## /m).flatMap((section) => {
  const [, lines] = /```ini\n([^`]*)```/.exec(section) ?? [];
  const rows = [...section.matchAll(/^\| (\d+) s \| `get_invoice` \| (.*) \|$/gm)].map(
    ([, after, result]) => ({
      after: Number(after),
      result: result as string,
    }),
  );
  const [, retryAfter] = /`Retry-After: (\d+)`/.exec(section) ?? [];
  const title = section.split('\n', 1)[0] as string;
  return lines === undefined ? [] : { title, lines: lines.trim().split('\n'), rows, retryAfter };
});

describe('docs/quotas.md', () => {
  const closing = closeAfterEach();

  it('has an example for each part', () => {
    expect(SECTIONS.map(({ rows }) => rows.length)).toEqual([5, 3, 3]);
  });

  it.each(SECTIONS)('shows what calls get: $title', async ({ lines, rows, retryAfter }) => {
    const clock = createFakeClock();
    const { caller } = closing(
      await openGatewayFixture({
        lines: [
          ...lines.map((line) => line.replace('rpc_gateway.services.billing.', '+')),
          '+liveness.enabled = off',
          '+deadline = 60s',
          'wamp.ping_interval = 0',
        ],
        respond: ({ number }) =>
          number === 1 && retryAfter !== undefined
            ? { status: 429, headers: { 'Retry-After': retryAfter } }
            : {},
        gateway: { clock },
      }),
    );
    let now = 0;
    const moveTo = (seconds: number) => {
      clock.advance((seconds - now) * 1_000);
      now = seconds;
    };
    for (const { after, result } of rows) {
      moveTo(after);
      const answer = caller.call('com.billing.get_invoice', { id: 1 });
      const [, waits] = /after (\d+) s/.exec(result) ?? [];
      if (waits !== undefined) {
        await expect.poll(() => clock.pending, { timeout: 5_000 }).toBeGreaterThan(0);
        // One more message shows that the call has arrived.
        await caller.call('com.billing.nothing');
        moveTo(after + Number(waits));
      }
      const { kwargs } = await answer;
      const { status, code, retry_after: retry } = kwargs;
      const shown = code === undefined ? `${status}` : `\`${code}\`, \`retry_after\` ${retry}`;
      expect(shown).toBe(result.replace(/ after \d+ s$/, ''));
    }
  });
});
