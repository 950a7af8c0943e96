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

  it('passes frames on at once while the turn has time', () => {
    receive('a', 'b', 'c');
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('keeps the remaining frames for later turns, in their order', async () => {
    cost = 3;
    receive('a', 'b', 'c', 'd', 'e');
    expect(heard).toEqual(['a', 'b', 'c']);
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('lets large frames of many connections wait for later turns, but no small frame', async () => {
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

  it('passes on the first frame of another connection even if the turn has no time left', async () => {
    cost = 6;
    receive('a', 'b', 'c');
    expect(heard).toEqual(['a', 'b']);
    const others: string[] = [];
    createIntake(others).receive(Buffer.from('x'));
    expect(others).toEqual(['x']);
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('lets even the first frame of a patient connection wait, until it is no longer patient', async () => {
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

  it('stops reading while much waits, and reads again when that was passed on', async () => {
    cost = 6;
    receive(...Array.from({ length: 40 }, (_, at) => `${at}`));
    expect(heard).toEqual(['0', '1', 'paused']);
    cost = 0;
    await nextTurn();
    expect(heard.slice(3)).toEqual([...Array.from({ length: 38 }, (_, at) => `${at + 2}`), 'resumed']);
  });

  it('stops reading after a large read that took all the time, whatever it contained', async () => {
    intake.haveRead(16 * 1024);
    now += 6;
    intake.haveRead(1024);
    expect(heard).toEqual([]);
    intake.haveRead(16 * 1024);
    expect(heard).toEqual(['paused']);
    await nextTurn();
    expect(heard).toEqual(['paused', 'resumed']);
  });

  it('keeps other events in their order among the frames', async () => {
    cost = 6;
    receive('a', 'b', 'c');
    intake.inOrder(() => heard.push('ping'));
    await nextTurn();
    await nextTurn();
    expect(heard).toEqual(['a', 'b', 'c', 'ping']);
    intake.inOrder(() => heard.push('at once'));
    expect(heard.at(-1)).toBe('at once');
  });

  it('passes nothing on while it is held', async () => {
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

  it('can be held by the receiver of a frame', async () => {
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

  it('reports when all frames have been passed on', async () => {
    intake.whenDone(() => heard.push('done at once'));
    cost = 6;
    receive('a', 'b', 'c');
    intake.whenDone(() => heard.push('done'));
    expect(intake.isServed).toBe(true);
    await nextTurn();
    expect(heard).toEqual(['done at once', 'a', 'b', 'c', 'done']);
    expect(intake.isServed).toBe(false);
  });

  it('drops the waiting frames when it is cleared, and reads again', async () => {
    cost = 6;
    receive(...Array.from({ length: 40 }, (_, at) => `${at}`));
    intake.clear();
    expect(heard.at(-1)).toBe('resumed');
    await nextTurn();
    expect(heard).toEqual(['0', '1', 'paused', 'resumed']);
  });
});
