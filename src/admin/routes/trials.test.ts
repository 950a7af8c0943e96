import { describe, expect, it } from 'vitest';
import { openAdminFixture } from '../../../test/support/admin-fixture.js';
import { closeAfterEach } from '../../../test/support/close-after-each.js';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { openRawHttp, requestText } from '../../../test/support/raw-http.js';

const closing = closeAfterEach();

const BODY = '{"realm":"r","uri":"com.slow"}';
const REQUEST = requestText(
  'POST /call',
  ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${BODY.length}`],
  BODY,
);

/** Begins a call with a deadline of five minutes. */
async function call() {
  const clock = createFakeClock();
  let end = (): void => {};
  let isCanceled = false;
  let isBegun = false;
  const ended = new Promise<{ readonly outcome: 'ok'; readonly json: string }>((resolve) => {
    end = () => resolve({ outcome: 'ok', json: '{"outcome":"ok"}' });
  });
  const { url } = closing(
    await openAdminFixture({
      clock,
      operations: {
        callTrial() {
          isBegun = true;
          return {
            kind: 'running',
            deadlineMs: 300_000,
            ended,
            cancel() {
              isCanceled = true;
            },
          };
        },
      },
    }),
  );
  const http = closing(await openRawHttp(url));
  http.send(REQUEST);
  await expect.poll(() => isBegun).toBe(true);
  return { clock, http, end, isCanceled: () => isCanceled };
}

describe('a call by an operator', () => {
  it('may take longer than other requests', async () => {
    const { clock, http, end, isCanceled } = await call();
    clock.advance(300_000);
    expect(isCanceled()).toBe(false);
    end();
    expect(await http.response()).toMatchObject({ status: 200, body: '{"outcome":"ok"}' });
  });

  it('ends soon after its deadline in any case', async () => {
    const { clock, http, isCanceled } = await call();
    clock.advance(360_000);
    await http.closed;
    await expect.poll(isCanceled).toBe(true);
  });

  it('is cancelled when the operator leaves', async () => {
    const { http, isCanceled } = await call();
    http.close();
    await expect.poll(isCanceled).toBe(true);
  });
});
