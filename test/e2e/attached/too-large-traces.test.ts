import { expect, it } from 'vitest';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { keepSpans } from '../../support/spans.js';
import { OPTIONS, PARENT_ID, partsOf, TRACE_ID } from '../../support/trace-context.js';

const GET = 'com.billing.get_invoice';
const LIMIT = ['router.max_frame_size = 64KB'];
const TOO_LARGE = { kwargs: { code: 'too_large' } };

const closeLater = closeAfterEach();

async function open(tracerProvider?: ReturnType<typeof keepSpans>['provider']) {
  const fixture = await openAttachedFixture({
    respond: () => ({ json: { text: 'x'.repeat(70_000) } }),
    ...(tracerProvider && { gateway: { tracerProvider } }),
  });
  closeLater(fixture.close);
  const { log } = await fixture.attachAndWait(LIMIT);
  const lineOf = (id: unknown) => log.records().find((record) => record['id'] === id);
  return { ...fixture, lineOf };
}

it('a response that is too large for the router is an error in the trace of its call', async () => {
  const kept = keepSpans();
  const { caller, lineOf } = await open(kept.provider);
  const answer = await caller.call(GET, { id: 1 }, { options: OPTIONS });
  expect(answer).toMatchObject(TOO_LARGE);
  const { id } = answer.kwargs;
  expect(lineOf(id)).toMatchObject({ code: 'too_large', trace_id: TRACE_ID });
  const [call] = kept.ofKind('SERVER');
  expect(call).toMatchObject({ parentId: PARENT_ID, status: 'UNSET' });
  expect(kept.spans().find(({ name }) => name === 'reply')).toMatchObject({
    kind: 'INTERNAL',
    traceId: TRACE_ID,
    parentId: call?.spanId,
    status: 'ERROR',
    message: expect.stringContaining('larger than router.max_frame_size'),
    attributes: { 'rpc_gateway.code': 'too_large', 'rpc_gateway.id': id, 'error.type': 'too_large' },
  });
});

it('its line in the log has the trace that the gateway has begun', async () => {
  const kept = keepSpans();
  const { caller, lineOf, upstream } = await open(kept.provider);
  const { kwargs } = await caller.call(GET, { id: 1 });
  const { traceId } = partsOf(upstream.requests[0]?.headers['traceparent']);
  expect(lineOf(kwargs['id'])).toMatchObject({ code: 'too_large', trace_id: traceId });
});

it('its line in the log has the trace of the caller if nobody records spans, and none without', async () => {
  const { caller, lineOf } = await open();
  const traced = await caller.call(GET, { id: 1 }, { options: OPTIONS });
  expect(lineOf(traced.kwargs['id'])).toMatchObject({ code: 'too_large', trace_id: TRACE_ID });
  const untraced = await caller.call(GET, { id: 1 });
  expect(untraced).toMatchObject(TOO_LARGE);
  expect(lineOf(untraced.kwargs['id'])).not.toHaveProperty('trace_id');
});
