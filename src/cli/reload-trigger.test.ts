import { describe, expect, it } from 'vitest';
import { keepLog } from '../../test/support/log-lines.js';
import type { Gateway } from '../assembly/create-gateway.js';
import type { ReloadOutcome } from '../status/actions.js';
import { createReloadTrigger } from './reload-trigger.js';

const DONE: ReloadOutcome = { kind: 'done', changes: [], notices: [] };

function setUp(state: string) {
  const log = keepLog();
  const told: string[] = [];
  const ends: ((outcome: ReloadOutcome) => void)[] = [];
  const gateway = {
    status: () => ({ state }),
    reload: () => new Promise<ReloadOutcome>((resolve) => void ends.push(resolve)),
  } as unknown as Gateway;
  const manager = {
    ready: (text: string) => void told.push(text),
    reloading: () => void told.push('reloading'),
  };
  const trigger = createReloadTrigger({ gateway, manager, readyText: () => 'ready', log: log.log });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { trigger, ends, told, log, settle };
}

describe('the trigger of reloads', () => {
  it('reloads once more after a reload, however often it was called meanwhile', async () => {
    const { trigger, ends, told, settle } = setUp('ready');
    for (let count = 0; count < 100; count++) trigger();
    expect(ends).toHaveLength(1);
    ends[0]?.(DONE);
    await settle();
    expect(ends).toHaveLength(2);
    ends[1]?.(DONE);
    await settle();
    expect([ends.length, told]).toEqual([2, ['reloading', 'ready', 'reloading', 'ready']]);
  });

  it('does not tell the service manager that a gateway is ready which is not', async () => {
    const { trigger, ends, told, log, settle } = setUp('starting');
    trigger();
    ends[0]?.({ kind: 'impossible', reason: 'the gateway is still starting' });
    await settle();
    expect(told).toEqual([]);
    expect(log.records()).toMatchObject([{ level: 'warn', cause: 'the gateway is still starting' }]);
  });
});
