import type { Turns } from '../turns.js';

/** The maximum frames and bytes that wait for a turn. With more, the connection stops reading. */
const MAX_WAITING_FRAMES = 32;
const MAX_WAITING_BYTES = 64 * 1024;

/**
 * A frame of at least this many bytes may have to wait for a later turn. After a read of at least
 * this many bytes, the connection may have to stop reading. A read counts even if it has no
 * complete message, but only pongs or a part of a frame.
 */
const LARGE_READ = 16 * 1024;

/** A frame, or an action that must keep its order among the frames. */
type Item = Buffer | (() => void);

/** The source of frames, and their receiver. */
export interface IntakeEnds {
  handle(frame: Buffer): void;
  /** Stops reading from the connection. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
}

/**
 * Passes on the frames of one connection while the current turn has time. The other frames wait in
 * order for a later turn. If many frames wait, the connection stops reading. So clients that send
 * without a pause are served round robin, and a client that sends few messages never waits behind
 * them.
 *
 * It is a class, because every idle connection has one. Methods in closures would take a kilobyte
 * for each connection.
 */
export class Intake {
  private waiting: Item[] | undefined;
  private bytes = 0;
  /** True if new frames must wait, either behind others or because of `hold`. */
  private isBlocked = false;
  private holds = 0;
  private isPaused = false;
  private isQueued = false;
  private servedIn = -1;
  private isPatient = false;
  private onDone: (() => void) | undefined;

  constructor(
    private readonly turns: Turns,
    private readonly ends: IntakeEnds,
  ) {}

  receive(frame: Buffer): void {
    if (this.isBlocked) {
      this.wait(frame);
    } else if (this.mayWait(frame) && !this.turns.hasTime()) {
      this.queue();
      this.wait(frame);
    } else {
      this.servedIn = this.turns.number;
      this.ends.handle(frame);
    }
  }

  /**
   * Sets whether every frame waits when the turn has no time left. If false, the first frame of a
   * turn is handled immediately.
   */
  setPatient(isPatient: boolean): void {
    this.isPatient = isPatient;
  }

  /** Runs an action after all earlier frames, for instance the pong to a ping. */
  inOrder(action: () => void): void {
    if (this.isBlocked) this.wait(action);
    else action();
  }

  /** Counts bytes that the connection has read. */
  haveRead(count: number): void {
    if (this.isBlocked || count < LARGE_READ || this.turns.hasTime()) return;
    this.queue();
    this.stopReading();
  }

  /** Stops passing on frames until `release` was called once for each `hold`. */
  hold(): void {
    this.holds++;
    this.isBlocked = true;
  }

  release(): void {
    if (--this.holds > 0) return;
    if (this.isWaiting || this.isPaused || this.onDone !== undefined) this.queue();
    else this.isBlocked = this.isQueued;
  }

  /** True if frames wait and the next turns will handle them. False while `hold` is in effect. */
  get isServed(): boolean {
    return this.isWaiting && !this.isHeld;
  }

  /** Calls `then` when all frames have been passed on. Calls it immediately if no frame waits. */
  whenDone(then: () => void): void {
    if (this.isWaiting) this.onDone = then;
    else then();
  }

  /**
   * Discards the waiting frames. Continues reading, so that the close of the connection is noticed.
   */
  clear(): void {
    this.waiting = undefined;
    this.bytes = 0;
    this.onDone = undefined;
    if (this.isPaused) this.ends.resume();
    this.isPaused = false;
  }

  /**
   * Returns true if a frame may wait. The first frame of a connection in a turn may wait only if it
   * is large, or if the connection is patient.
   */
  private mayWait(frame: Buffer): boolean {
    return this.isPatient || this.servedIn === this.turns.number || frame.length >= LARGE_READ;
  }

  private get isHeld(): boolean {
    return this.holds > 0;
  }

  private get isWaiting(): boolean {
    return this.waiting !== undefined && this.waiting.length > 0;
  }

  private wait(item: Item): void {
    this.waiting ??= [];
    this.waiting.push(item);
    this.bytes += item.length;
    if (this.waiting.length >= MAX_WAITING_FRAMES || this.bytes >= MAX_WAITING_BYTES) this.stopReading();
  }

  private stopReading(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.ends.pause();
  }

  private queue(): void {
    this.isBlocked = true;
    if (this.isQueued) return;
    this.isQueued = true;
    this.turns.add(() => this.serve());
  }

  /** Handles waiting frames for one turn. Returns true if the task is done. */
  private serve(): boolean {
    const items = this.waiting ?? [];
    let count = 0;
    // A handler may call hold() or clear().
    while (!this.isHeld && items === this.waiting && count < items.length) {
      const item = items[count++] as Item;
      this.bytes -= item.length;
      if (typeof item === 'function') item();
      else this.ends.handle(item);
      if (!this.turns.hasTime()) break;
    }
    if (items === this.waiting) items.splice(0, count);
    if (!this.isHeld && this.isWaiting) return false;
    this.isQueued = false;
    if (!this.isHeld) this.finishServing();
    return true;
  }

  private finishServing(): void {
    this.waiting = undefined;
    this.bytes = 0;
    this.isBlocked = false;
    const then = this.onDone;
    this.onDone = undefined;
    if (this.isPaused) {
      this.isPaused = false;
      this.ends.resume();
    }
    then?.();
  }
}
