import { beforeEach, describe, expect, it } from 'vitest';
import { createTurns, type Turns } from '../turns.js';
import { Intake } from './intake.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('an intake', () => {
  let now: number;
  let turns: Turns;
  /** Milliseconds that each frame costs. */
  let cost: number;
  let heard: string[];
  let intake: Intake;
  beforeEach(() => {
    [now, cost, heard] = [1000, 0, []];
    turns = createTurns({ monotonic: () => now });
    intake = createIntake(heard);
  });

  function createIntake(into: string[]): Intake {
    return new Intake(turns, {
      handle(frame) {
        into.push(String(frame));
        now += cost;
      },
      pause: () => into.push('paused'),
      resume: () => into.push('resumed'),
    });
  }
  const receive = (...frames: string[]) => {
    for (const frame of frames) intake.receive(Buffer.from(frame));
  };

  it('hands on what comes at once, while the turn has time', () => {
    receive('a', 'b', 'c');
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('keeps the rest for later turns, in its order', async () => {
    cost = 3;
    receive('a', 'b', 'c', 'd', 'e');
    expect(heard).toEqual(['a', 'b', 'c']);
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('lets the large frames of many connections wait for later turns, and no small one', async () => {
    cost = 3;
    const large = Buffer.alloc(16 * 1024, 'x');
    const others = Array.from({ length: 5 }, (_, at) => {
      const texts: string[] = [];
      createIntake(texts).receive(at === 4 ? Buffer.from('small') : large);
      return texts;
    });
    expect(others.map((texts) => texts.length)).toEqual([1, 1, 0, 0, 1]);
    await nextTurn();
    await nextTurn();
    expect(others.map((texts) => texts.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('hands on the first frame of another connection even where the turn has no time left', async () => {
    cost = 6;
    receive('a', 'b', 'c');
    expect(heard).toEqual(['a', 'b']);
    const others: string[] = [];
    createIntake(others).receive(Buffer.from('x'));
    expect(others).toEqual(['x']);
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('lets the first frame of a patient connection wait too, until it is patient no more', async () => {
    cost = 6;
    receive('a', 'b');
    const others: string[] = [];
    const other = createIntake(others);
    other.setPatient(true);
    other.receive(Buffer.from('x'));
    expect(others).toEqual([]);
    await nextTurn();
    expect(others).toEqual(['x']);
    receive('c', 'd');
    other.setPatient(false);
    other.receive(Buffer.from('y'));
    expect(others).toEqual(['x', 'y']);
  });

  it('stops reading where much waits, and reads on when it is handed on', async () => {
    cost = 6;
    receive(...Array.from({ length: 40 }, (_, at) => `${at}`));
    expect(heard).toEqual(['0', '1', 'paused']);
    cost = 0;
    await nextTurn();
    expect(heard.slice(3)).toEqual([...Array.from({ length: 38 }, (_, at) => `${at + 2}`), 'resumed']);
  });

  it('stops reading after a large read that left no time, whatever was in it', async () => {
    intake.haveRead(16 * 1024);
    now += 6;
    intake.haveRead(1024);
    expect(heard).toEqual([]);
    intake.haveRead(16 * 1024);
    expect(heard).toEqual(['paused']);
    await nextTurn();
    expect(heard).toEqual(['paused', 'resumed']);
  });

  it('does what else came after what came before it', async () => {
    cost = 6;
    receive('a', 'b', 'c');
    intake.inOrder(() => heard.push('ping'));
    await nextTurn();
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c', 'ping']);
    intake.inOrder(() => heard.push('at once'));
    expect(heard.at(-1)).toBe('at once');
  });

  it('hands on nothing while it is held', async () => {
    receive('a');
    intake.hold();
    receive('b', 'c');
    await nextTurn();
    expect(heard).toEqual(['a']);
    intake.release();
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c']);
    receive('d');
    expect(heard).toEqual(['a', 'b', 'c', 'd']);
  });

  it('can be held by what it hands on', async () => {
    const into: string[] = [];
    const held = new Intake(turns, {
      handle(frame) {
        into.push(String(frame));
        held.hold();
      },
      pause: () => {},
      resume: () => {},
    });
    held.receive(Buffer.from('a'));
    held.receive(Buffer.from('b'));
    held.receive(Buffer.from('c'));
    expect(into).toEqual(['a']);
    for (const heardNow of [
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]) {
      held.release();
      await nextTurn();
      expect(into).toEqual(heardNow);
    }
  });

  it('tells when all that came is handed on', async () => {
    intake.whenDone(() => heard.push('done at once'));
    cost = 6;
    receive('a', 'b', 'c');
    intake.whenDone(() => heard.push('done'));
    expect(intake.isServed).toBe(true);
    await nextTurn();
    expect(heard).toEqual(['done at once', 'a', 'b', 'c', 'done']);
    expect(intake.isServed).toBe(false);
  });

  it('forgets what waits when it is cleared, and reads on', async () => {
    cost = 6;
    receive(...Array.from({ length: 40 }, (_, at) => `${at}`));
    intake.clear();
    expect(heard.at(-1)).toBe('resumed');
    await nextTurn();
    expect(heard).toEqual(['0', '1', 'paused', 'resumed']);
  });
});
