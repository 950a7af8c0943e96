import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { watchOpenFiles } from './open-files.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const errorOf = (code: string) => Object.assign(new Error(code), { code });

function setUp() {
  const clock = createFakeClock();
  const log = keepLog();
  const system = { error: undefined as NodeJS.ErrnoException | undefined, probed: 0 };
  const openFiles = watchOpenFiles({
    log: log.log,
    clock,
    async probe() {
      system.probed++;
      return system.error;
    },
  });
  async function advance(ms: number): Promise<void> {
    clock.advance(ms);
    await turn();
  }
  return { clock, log, system, openFiles, advance };
}

describe('running out of open files', () => {
  it('logs one line per minute, starting with the last connection that had room', async () => {
    const { log, system, openFiles, advance } = setUp();
    for (let i = 0; i < 1000; i += 1) openFiles.accepted();
    system.error = errorOf('EMFILE');
    await advance(1000);
    expect(log.records()).toMatchObject([
      { level: 'error', code: 'EMFILE', msg: expect.stringContaining('ulimit -n') },
    ]);
    await advance(59_999);
    expect([log.records().length, system.probed]).toEqual([1, 1]);
    await advance(1);
    expect([log.records().length, system.probed]).toEqual([2, 2]);
    system.error = undefined;
    await advance(60_000);
    await advance(600_000);
    expect([log.records().length, system.probed]).toEqual([2, 3]);
  });

  it('is checked at most once per second, and only while connections arrive', async () => {
    const { clock, log, system, openFiles, advance } = setUp();
    for (let i = 0; i < 3; i += 1) {
      for (let j = 0; j < 100; j += 1) openFiles.accepted();
      await advance(1000);
    }
    expect([system.probed, clock.pending, log.text()]).toEqual([3, 0, '']);
  });

  it('is also reported for errors, however many there are', () => {
    const { log, openFiles } = setUp();
    for (let i = 0; i < 1000; i += 1) expect(openFiles.takes(errorOf('ENFILE'))).toBe(true);
    expect(openFiles.takes(errorOf('ECONNABORTED'))).toBe(false);
    expect(log.records()).toMatchObject([{ code: 'ENFILE' }]);
    openFiles.stop();
    expect(log.records()).toMatchObject([{}, { repeated: 999 }]);
  });

  it('leaves no timer behind when it stops', async () => {
    const { clock, system, openFiles, advance } = setUp();
    system.error = errorOf('EMFILE');
    openFiles.accepted();
    await advance(1000);
    openFiles.stop();
    openFiles.accepted();
    expect(clock.pending).toBe(0);
  });
});
