import { LineSplitter } from './line-splitter.js';
import type { PartReader, StreamPart } from './part-reader.js';

const [CR, SPACE, TAB] = [0x0d, 0x20, 0x09];

/** Reads newline-delimited JSON. Each line is a part. Skips blank lines. */
export function createLineReader(maxBytes: number): PartReader {
  const lines = new LineSplitter(maxBytes, false);
  return {
    add: (piece) => lines.add(piece),
    next() {
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        const part = partOf(line);
        if (part !== undefined) return part;
      }
      return lines.isTooLong ? 'too_large' : undefined;
    },
    last() {
      const line = lines.last();
      if (lines.isTooLong) return 'too_large';
      return line && partOf(line);
    },
  };
}

function partOf(line: Buffer): StreamPart | undefined {
  const data = line[line.length - 1] === CR ? line.subarray(0, -1) : line;
  return data.every((octet) => octet === SPACE || octet === TAB) ? undefined : { data, around: undefined };
}
