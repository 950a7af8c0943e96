/** How many times the free bytes one caller may hold. */
const SHARE = 3;

/**
 * Bytes that many callers hold together, up to a limit. One caller may hold three times what is still free: three quarters
 * of all where it is alone, and less the more the others hold. So however many callers take what they can, the next one
 * finds room. Switches share their buffers among queues by the same rule (Choudhury and Hahne, "Dynamic Queue Length
 * Thresholds for Shared-Memory Packet Switches", 1998).
 */
export class SharedBytes {
  readonly maxBytes: number;
  /** All that is held. Bytes that no caller is to answer for may be added here. */
  bytes = 0;
  private readonly byCaller = new Map<unknown, number>();

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get free(): number {
    return this.maxBytes - this.bytes;
  }

  /** @param caller undefined where nobody knows: then all that is free may be taken */
  fits(caller: unknown, bytes: number): boolean {
    const left = this.free - bytes;
    if (left < 0) return false;
    return caller === undefined || (this.byCaller.get(caller) ?? 0) + bytes <= SHARE * left;
  }

  /** @param bytes negative where they are held no longer */
  add(caller: unknown, bytes: number): void {
    this.bytes += bytes;
    if (caller === undefined) return;
    const own = (this.byCaller.get(caller) ?? 0) + bytes;
    if (own === 0) this.byCaller.delete(caller);
    else this.byCaller.set(caller, own);
  }
}
