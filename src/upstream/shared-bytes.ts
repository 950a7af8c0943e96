/** One caller may hold this many times the free bytes. */
const SHARE = 3;

/**
 * Bytes that many callers hold together, up to a limit. One caller may hold three times the free
 * bytes. So a single caller gets three quarters of the limit, and each of many callers gets less.
 * There is always room for one more caller. Switches share their buffers among queues by the same
 * rule (Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches",
 * 1998).
 */
export class SharedBytes {
  /** A reload may change it. */
  maxBytes: number;
  /** All bytes that are held. Bytes that belong to no caller may be added here directly. */
  bytes = 0;
  private readonly byCaller = new Map<unknown, number>();

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get free(): number {
    return this.maxBytes - this.bytes;
  }

  /** @param caller undefined if unknown. Then all free bytes may be taken. */
  fits(caller: unknown, bytes: number): boolean {
    const left = this.free - bytes;
    if (left < 0) return false;
    return caller === undefined || (this.byCaller.get(caller) ?? 0) + bytes <= SHARE * left;
  }

  /** @param bytes negative to give bytes back */
  add(caller: unknown, bytes: number): void {
    this.bytes += bytes;
    if (caller === undefined) return;
    const own = (this.byCaller.get(caller) ?? 0) + bytes;
    if (own === 0) this.byCaller.delete(caller);
    else this.byCaller.set(caller, own);
  }
}
