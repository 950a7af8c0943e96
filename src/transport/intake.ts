import type { Turns } from '../turns.js';

/** The connection stops reading when so many frames, or so many bytes, wait for their turn: the rest stays with the sender. */
const MAX_WAITING_FRAMES = 32;
const MAX_WAITING_BYTES = 64 * 1024;

/** Bytes read at once that are looked at for what they cost, whatever they held: pongs and half frames cost time too. */
const LARGE_READ = 16 * 1024;

/** A frame, or what is to be done in the place of what was none. */
type Item = Buffer | (() => void);

/** Where frames come from, and where they go. */
export interface IntakeEnds {
  handle(frame: Buffer): void;
  /** Stops reading from the connection. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/**
 * Hands on the frames of one connection, as long as the turn of the event loop has time for more than one of them. The others
 * wait in their order for a later turn, and nothing more is read meanwhile: a client that keeps its socket full is served
 * round robin with all others, and one that sends a message now and then never waits behind it.
 *
 * A class, since every idle connection has one: methods of a closure would take a kilobyte each time.
 */
export class Intake {
  private waiting: Item[] | undefined;
  private bytes = 0;
  /** What comes has to wait: behind others, or since nothing may be handed on. */
  private isBlocked = false;
  private holds = 0;
  private isPaused = false;
  private isQueued = false;
  private servedIn = -1;
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

  /** Does what else came asks for, a ping say, after what came before. */
  inOrder(action: () => void): void {
    if (this.isBlocked) this.wait(action);
    else action();
  }

  /** The connection has read so many bytes. */
  haveRead(count: number): void {
    if (this.isBlocked || count < LARGE_READ || this.turns.hasTime()) return;
    this.queue();
    this.stopReading();
  }

  /** Hands on nothing, until there was a `release` for each `hold`. */
  hold(): void {
    this.holds++;
    this.isBlocked = true;
  }

  release(): void {
    if (--this.holds > 0) return;
    if (this.isWaiting || this.isPaused || this.onDone !== undefined) this.queue();
    else this.isBlocked = this.isQueued;
  }

  /** Whether frames wait for a later turn that comes by itself. */
  get isServed(): boolean {
    return this.isWaiting && !this.isHeld;
  }

  /** Calls `then` when all that came has been handed on: at once, where nothing waits. */
  whenDone(then: () => void): void {
    if (this.isWaiting) this.onDone = then;
    else then();
  }

  /** Forgets what waits, and reads on: the rest of what comes is for nobody. */
  clear(): void {
    this.waiting = undefined;
    this.bytes = 0;
    this.onDone = undefined;
    if (this.isPaused) this.ends.resume();
    this.isPaused = false;
  }

  /** The first one of a turn never waits, be there ever so many connections, unless it is large and costs time itself. */
  private mayWait(frame: Buffer): boolean {
    return this.servedIn === this.turns.number || frame.length >= LARGE_READ;
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

  /** One turn's part of what waits. */
  private serve(): boolean {
    const items = this.waiting ?? [];
    let count = 0;
    // What is handed on may have the rest held, or forgotten.
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
    if (!this.isHeld) this.goOn();
    return true;
  }

  /** All is handed on. */
  private goOn(): void {
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
