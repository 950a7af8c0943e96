/**
 * Merges this many chunks into one, because even a chunk of one byte costs a hundred bytes as an
 * object.
 */
export const MERGED_CHUNKS = 1_024;

/** Adds a chunk to a body. @param loose the chunks at its end that are not merged yet */
export function appendChunk(body: Buffer | Buffer[], chunk: Buffer, loose: number): Buffer[] {
  const chunks = Array.isArray(body) ? body : [body];
  chunks.push(chunk);
  if (loose === MERGED_CHUNKS) chunks.push(Buffer.concat(chunks.splice(-MERGED_CHUNKS)));
  return chunks;
}
