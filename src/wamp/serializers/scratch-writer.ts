/** The hold on the memory that msgpackr and cbor-x write in, which is one for all that they write. */
export interface Scratch {
  useBuffer(buffer: Uint8Array): void;
}

const SCRATCH_BYTES = 8192;
/** A frame from this size on has made the scratch several times as large. */
const LARGE_FRAME = 64 * 1024;

/**
 * Copies what a library has written out of its scratch memory. As they are, its frames are windows on that memory: a
 * small one that waits for a slow reader would keep alive as much as the largest one ever needed.
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
