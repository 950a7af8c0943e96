import { describe, expect, it } from 'vitest';
import { bytesOfFrame } from './binary-value.js';

describe('bytes of a frame', () => {
  const frame = new Uint8Array(200_000).fill(1);

  it('are copied, so that they do not keep the frame alive', () => {
    for (const end of [10, 64 * 1024, 100_000]) {
      const bytes = bytesOfFrame(frame, 5, end);
      expect(bytes).toEqual(frame.subarray(5, end));
      expect(bytes.buffer.byteLength).toBe(end - 5);
    }
  });

  it('are not copied if they are most of the frame', () => {
    const bytes = bytesOfFrame(frame, 5, 199_990);
    expect(bytes.buffer).toBe(frame.buffer);
    expect([bytes.byteOffset, bytes.length]).toEqual([5, 199_985]);
    expect(JSON.stringify(bytes)).toBe(JSON.stringify(`\0${Buffer.from(bytes).toString('base64')}`));
  });
});
