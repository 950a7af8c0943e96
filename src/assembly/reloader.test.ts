import { describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { parseConfig } from '../config/load-config.js';
import { formatProblem } from '../errors.js';
import type { ReloadOutcome } from '../status/actions.js';
import type { GatewayState } from '../status/gateway-status.js';
import { createReloader, type ReloaderDeps } from './reloader.js';

const parse = (text: string) => parseConfig(text, { env: {} });
const CONFIG = parse('');
const NOTHING: ReloadOutcome = { kind: 'done', changes: [], notices: [] };
const CHANGED: ReloadOutcome = {
  kind: 'done',
  changes: [
    { what: 'service', name: 'billing', change: 'changed', effect: 'running calls end' },
    { what: 'procedure', name: 'com.shop.a', change: 'added', effect: '' },
  ],
  notices: [],
};

function open(options: Partial<ReloaderDeps> = {}) {
  const log = keepLog('debug');
  const clock = createFakeClock();
  const configReloaded = vi.fn();
  const reloader = createReloader({
    state: () => 'ready',
    readConfig: () => CONFIG,
    tryOut: () => CHANGED,
    run: async () => CHANGED,
    notices: [],
    log: log.log,
    clock,
    observer: { configReloaded },
    ...options,
  });
  const lines = () => log.records().map(({ level, msg }) => `${level} ${msg}`);
  return { reloader, log, lines, clock, configReloaded };
}

describe('a reloader', () => {
  it('reads the configuration, uses it, and tells how it ended', async () => {
    const run = vi.fn(async () => CHANGED);
    const { reloader, log, clock, configReloaded } = open({ run });
    expect(reloader.last).toBeNull();
    clock.advance(5_000);
    expect(await reloader.reload()).toBe(CHANGED);
    expect(run).toHaveBeenCalledWith(CONFIG, expect.any(AbortSignal));
    expect(configReloaded.mock.calls).toEqual([['ok']]);
    expect(reloader.last).toEqual({ at: '2026-01-01T00:00:05.000Z', outcome: 'ok', problems: [] });
    expect(log.records()).toMatchObject([
      {
        level: 'info',
        msg: 'the configuration was reloaded',
        changes: ['service billing changed: running calls end', 'procedure com.shop.a added'],
      },
    ]);
  });

  it('says that nothing has changed', async () => {
    const { reloader, lines } = open({ run: async () => NOTHING });
    await reloader.reload();
    expect(lines()).toEqual(['info the configuration was reloaded; nothing has changed']);
  });

  it('uses a configuration that it is given, even without a file', async () => {
    const run = vi.fn(async () => NOTHING);
    const { reloader } = open({ run, readConfig: undefined });
    const given = parse('# another one');
    await reloader.reload(given);
    expect(run).toHaveBeenCalledWith(given, expect.any(AbortSignal));
  });

  it('logs every mistake as check prints it, and changes nothing', async () => {
    const run = vi.fn(async () => NOTHING);
    const readConfig = () => parse('wamp.call_timeout = 15\nwamp.max_sessions = x\n');
    const { reloader, lines, configReloaded } = open({ run, readConfig });
    const problems = [
      expect.stringMatching(/^bondy.conf:1: wamp.call_timeout: a duration needs a unit/),
      expect.stringMatching(/^bondy.conf:2: wamp.max_sessions: /),
    ];
    expect(await reloader.reload()).toEqual({ kind: 'refused', problems });
    expect(run).not.toHaveBeenCalled();
    expect(reloader.last).toMatchObject({ outcome: 'error', problems });
    expect(configReloaded.mock.calls).toEqual([['error']]);
    expect(lines()).toEqual([
      expect.stringMatching(/^error bondy.conf:1: /),
      expect.stringMatching(/^error bondy.conf:2: /),
      'error the configuration was not reloaded, because it has mistakes; nothing has changed',
    ]);
  });

  it('keeps at most 200 mistakes, and says how many more there are', async () => {
    const text = Array.from({ length: 250 }, (_, line) => `no configuration ${line}`).join('\n');
    const { reloader } = open({ readConfig: () => parse(text) });
    const outcome = await reloader.reload();
    const problems = outcome.kind === 'refused' ? outcome.problems : [];
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)).toMatch(/^and \d+ more problems$/);
  });

  it('tells why a correct configuration could not be used', async () => {
    const failed: ReloadOutcome = { kind: 'failed', reason: 'the port is taken' };
    const { reloader, log } = open({ run: async () => failed });
    expect(await reloader.reload()).toBe(failed);
    expect(reloader.last).toMatchObject({ outcome: 'error', problems: ['the port is taken'] });
    expect(log.records()).toMatchObject([
      {
        level: 'error',
        msg: 'the configuration was not reloaded; nothing has changed',
        cause: 'the port is taken',
      },
    ]);
  });

  it('survives a bug, and does not show its text', async () => {
    let isBroken = true;
    const run = async () => {
      if (isBroken) throw new TypeError('hunter2');
      return NOTHING;
    };
    const { reloader, log } = open({ run });
    expect(await reloader.reload()).toEqual({
      kind: 'failed',
      reason: 'a bug of the gateway; its log has the place',
    });
    expect(log.records()[0]).toMatchObject({
      msg: 'a reload has met a bug of the gateway',
      error: 'TypeError',
    });
    expect(log.text()).not.toContain('hunter2');
    isBroken = false;
    expect(await reloader.reload()).toBe(NOTHING);
  });

  it('only says what would change in a dry run', async () => {
    const run = vi.fn(async () => NOTHING);
    const { reloader, log, configReloaded } = open({ run });
    expect(await reloader.reload(undefined, { dryRun: true })).toBe(CHANGED);
    expect(run).not.toHaveBeenCalled();
    expect([reloader.last, log.records(), configReloaded.mock.calls]).toEqual([null, [], []]);
  });

  it.each<[GatewayState, string]>([
    ['starting', 'the gateway is still starting'],
    ['draining', 'the gateway is stopping'],
    ['stopped', 'the gateway is not running'],
  ])('is impossible while the gateway is %s', async (state, reason) => {
    const { reloader, configReloaded } = open({ state: () => state });
    expect(await reloader.reload()).toEqual({ kind: 'impossible', reason });
    expect([reloader.last, configReloaded.mock.calls]).toEqual([null, []]);
  });

  it('is impossible without a file', async () => {
    expect(await open({ readConfig: undefined }).reloader.reload()).toEqual({
      kind: 'impossible',
      reason: 'the gateway was not created from a file that it can read again',
    });
  });

  it('logs each notice once, and again after it was gone', async () => {
    const { notices } = parse('unknown.key = 1');
    const [notice = ''] = notices.map(formatProblem);
    let now: readonly string[] = [notice];
    const { reloader, lines } = open({ notices, run: async () => ({ ...NOTHING, notices: now }) });
    const warned = async () => {
      const before = lines().length;
      await reloader.reload();
      return lines()
        .slice(before)
        .filter((line) => line.startsWith('warn '));
    };
    expect(await warned()).toEqual([]);
    now = [];
    expect(await warned()).toEqual([]);
    now = [notice, 'another'];
    expect(await warned()).toEqual([`warn ${notice}`, 'warn another']);
    expect(await warned()).toEqual([]);
  });

  it('runs one reload after another, each with the file of its time', async () => {
    const ends: ((outcome: ReloadOutcome) => void)[] = [];
    const readConfig = vi.fn(() => CONFIG);
    const { reloader } = open({ readConfig, run: () => new Promise((resolve) => void ends.push(resolve)) });
    const [first, second] = [reloader.reload(), reloader.reload()];
    await expect.poll(() => ends.length).toBe(1);
    expect(readConfig).toHaveBeenCalledTimes(1);
    ends[0]?.(CHANGED);
    expect(await first).toBe(CHANGED);
    await expect.poll(() => ends.length).toBe(2);
    expect(readConfig).toHaveBeenCalledTimes(2);
    ends[1]?.(NOTHING);
    expect(await second).toBe(NOTHING);
  });

  it('ends a running reload, and waits for its end', async () => {
    let state: GatewayState = 'ready';
    let isOver = false;
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const { reloader } = open({
      state: () => state,
      run: (_, signal) =>
        new Promise((resolve) => {
          begin();
          signal.addEventListener('abort', () => {
            isOver = true;
            resolve({ kind: 'failed', reason: 'the gateway is stopping' });
          });
        }),
    });
    const [running, next] = [reloader.reload(), reloader.reload()];
    await begun;
    state = 'draining';
    await reloader.cancel();
    expect(isOver).toBe(true);
    expect(await running).toMatchObject({ kind: 'failed' });
    expect(await next).toMatchObject({ kind: 'impossible' });
  });
});
