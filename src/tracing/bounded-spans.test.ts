import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { createBoundedSpans } from './bounded-spans.js';

const MAX = 20;
const BATCH = 10;
const MESSAGE = 'spans are lost: too many wait for the collector';

/** The real queue of the SDK, and a collector that takes spans only when the test says so. */
function open() {
  const clock = createFakeClock();
  const { log, records } = keepLog();
  const sent: (readonly ReadableSpan[])[] = [];
  const takes: (() => void)[] = [];
  const collector: SpanExporter = {
    export(spans, done) {
      sent.push(spans);
      takes.push(() => done({ code: 0 }));
    },
    shutdown: async () => {},
  };
  const bounded = createBoundedSpans({ max: MAX, collector: 'collector.example.com:4318', clock, log });
  const queue = new BatchSpanProcessor(bounded.exporter(collector), {
    maxQueueSize: MAX,
    maxExportBatchSize: BATCH,
  });
  const provider = new BasicTracerProvider({ spanProcessors: [bounded.processor(queue)] });
  const tracer = provider.getTracer('test');
  return {
    clock,
    bounded,
    provider,
    sent,
    takes,
    lines: () => records().map(({ msg, spans, level }) => [level, msg, spans]),
    record(count: number) {
      for (let index = 0; index < count; index++) tracer.startSpan('call').end();
    },
  };
}

it('spans that the collector takes write no line, however many there are', async () => {
  const { record, takes, sent, lines, provider } = open();
  for (let round = 0; round < 10; round++) {
    record(BATCH);
    await expect.poll(() => takes.length).toBe(1);
    takes.shift()?.();
    await provider.forceFlush();
  }
  expect(sent.flat()).toHaveLength(10 * BATCH);
  expect(lines()).toEqual([]);
});

it('spans beyond the limit are dropped, with one line at once and one in a minute', () => {
  const { record, sent, lines, clock } = open();
  // One batch is on its way, and the queue is full.
  record(BATCH + MAX);
  expect(lines()).toEqual([]);
  record(1);
  expect(lines()).toEqual([['warn', MESSAGE, 1]]);
  record(500);
  clock.advance(59_999);
  expect(lines()).toHaveLength(1);
  clock.advance(1);
  expect(lines().slice(1)).toEqual([['warn', MESSAGE, 500]]);
  record(3);
  clock.advance(60_000);
  expect(lines().slice(2)).toEqual([['warn', MESSAGE, 3]]);
  clock.advance(60_000);
  expect(lines()).toHaveLength(3);
  expect(clock.pending).toBe(0);
  expect(sent).toHaveLength(1);
});

it('spans are kept again when the collector has taken some', async () => {
  const { record, takes, sent, lines } = open();
  record(BATCH + MAX + 5);
  takes.shift()?.();
  await expect.poll(() => sent.length).toBe(2);
  record(BATCH);
  expect(lines()).toEqual([['warn', MESSAGE, 1]]);
  takes.shift()?.();
  await expect.poll(() => sent.length).toBe(3);
  takes.shift()?.();
  await expect.poll(() => sent.length).toBe(4);
  expect(sent.flat()).toHaveLength(2 * BATCH + MAX);
});

it('the last dropped spans are logged at the end, and no others after that', () => {
  const { record, lines, clock, bounded } = open();
  record(BATCH + MAX + 1);
  record(7);
  bounded.closeLog();
  expect(lines()).toEqual([
    ['warn', MESSAGE, 1],
    ['warn', MESSAGE, 7],
  ]);
  record(9);
  clock.advance(120_000);
  expect(lines()).toHaveLength(2);
  expect(clock.pending).toBe(0);
});
