import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { leaksIn, plantedSecret } from '../../test/support/planted-secrets.js';
import { createLoggedExporter } from './logged-exporter.js';

type Result = Parameters<Parameters<ReturnType<typeof createLoggedExporter>['export']>[1]>[0];

const OK: Result = { code: 0 };
const failure = (error?: Error): Result => ({ code: 1, ...(error && { error }) });

/** @param results of the exports, in order */
function exporting(...results: Result[]) {
  const clock = createFakeClock();
  const { log, records, text } = keepLog();
  const told: Result[] = [];
  const sender = {
    export: (_: unknown, done: (result: Result) => void) => done(results.shift() ?? OK),
    shutdown: async () => {},
  };
  const exporter = createLoggedExporter(sender, { collector: 'collector.example.com:4318', clock, log });
  const send = () => exporter.export([], (result) => void told.push(result));
  return { clock, records, text, told, exporter, send };
}

it('an export that succeeds writes no line', () => {
  const { send, records, told } = exporting(OK);
  send();
  expect(records()).toEqual([]);
  expect(told).toEqual([OK]);
});

it('exports that fail for an hour write one line in a minute, and one when they succeed again', () => {
  const refused = () => failure(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
  const { send, records, clock } = exporting(...Array.from({ length: 360 }, refused));
  for (let count = 0; count < 360; count++) {
    send();
    clock.advance(10_000);
  }
  expect(records().length).toBeGreaterThan(50);
  expect(records().length).toBeLessThan(65);
  expect(records()[0]).toMatchObject({
    level: 'warn',
    collector: 'collector.example.com:4318',
    cause: 'ECONNREFUSED',
    spans: 0,
    msg: 'spans are lost: the collector does not take them',
  });
  send();
  expect(records().at(-1)).toMatchObject({ level: 'info', after_failures: 360 });
});

it.each([
  [
    'a status',
    Object.assign(new Error('x'), { code: 401, data: plantedSecret('body') }),
    'the collector answered 401',
  ],
  ['a code', Object.assign(new Error('x'), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
  ['a message', new Error(`GET https://x/?key=${plantedSecret('url')}`), 'no response'],
  ['a strange code', Object.assign(new Error('x'), { code: plantedSecret('code') }), 'no response'],
  ['nothing', undefined, 'no response'],
])('the cause of a failure with %s holds no secret', (_, error, cause) => {
  const { send, records, text } = exporting(failure(error));
  send();
  expect(records()).toMatchObject([{ cause }]);
  expect(leaksIn(text())).toEqual([]);
});

it('a closed exporter writes what it held back, and nothing after that', () => {
  const { send, records, exporter, told } = exporting(failure(), failure(), failure());
  send();
  send();
  exporter.closeLog();
  expect(records()).toHaveLength(2);
  send();
  expect(records()).toHaveLength(2);
  expect(told).toHaveLength(3);
});
