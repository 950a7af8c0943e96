/** Access to the memory that msgpackr or cbor-x uses for all frames. */
export interface Scratch {
  useBuffer(buffer: Uint8Array): void;
}

const SCRATCH_BYTES = 8192;
/**
 * The library enlarges its scratch memory for a larger frame, and keeps it. So this writer replaces
 * the memory after such a frame.
 */
const LARGE_FRAME = 64 * 1024;

/**
 * Copies each frame out of the library's scratch memory. The library returns views of that memory.
 * Without the copy, a small frame that waits for a slow reader would keep all of it alive.
 */
export function createScratchWriter(
  write: (value: unknown) => Uint8Array,
  scratch: Scratch,
): (value: unknown) => Uint8Array {
  return (value) => {
    const frame = Buffer.from(write(value));
    if (frame.length > LARGE_FRAME) scratch.useBuffer(Buffer.allocUnsafeSlow(SCRATCH_BYTES));
    return frame;
  };
}
