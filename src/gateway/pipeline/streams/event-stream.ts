import { LineSplitter } from './line-splitter.js';
import type { PartReader, StreamPart } from './part-reader.js';

const [LF, COLON, SPACE, NUL] = [0x0a, 0x3a, 0x20, 0x00];
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const NEW_LINE = Buffer.from([LF]);
/** The type of an event that names none. */
const MESSAGE = JSON.stringify('message');

/**
 * Reads an event stream (WHATWG HTML §9.2.6, "Interpreting an event stream"). Each event is a part
 * with the body `{event, id, data, retry}`. An event that the end of the stream cuts off is
 * discarded, as the standard says.
 *
 * @param maxBytes the maximum bytes of the fields of one event
 */
export function createEventReader(maxBytes: number): PartReader {
  const lines = new LineSplitter(maxBytes, true);
  let isFirst = true;
  /** JSON texts. */
  let event = MESSAGE;
  let id = 'null';
  let retry = 'null';
  let data: Buffer[] = [];
  let size = 0;

  /** Takes a field. Returns the event that an empty line ends. */
  function read(line: Buffer): StreamPart | undefined {
    if (line.length === 0) return dispatch();
    const colon = line.indexOf(COLON);
    const name = line.toString('latin1', 0, colon === -1 ? line.length : colon);
    const from = colon === -1 ? line.length : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    take(name, line.subarray(from));
    return undefined;
  }

  function take(name: string, value: Buffer): void {
    switch (name) {
      case 'data':
        data.push(value);
        size += value.length + 1;
        return;
      case 'event':
        event = value.length === 0 ? MESSAGE : JSON.stringify(value.toString());
        size += value.length;
        return;
      case 'id':
        // It stays the last event ID until another one comes.
        if (!value.includes(NUL)) id = JSON.stringify(value.toString());
        return;
      case 'retry': {
        const digits = value.toString('latin1');
        if (/^\d{1,15}$/.test(digits)) retry = String(Number(digits));
        return;
      }
      // Any other name is ignored. A comment has an empty name.
    }
  }

  function dispatch(): StreamPart | undefined {
    const part = data.length === 0 ? undefined : partOf(data);
    event = MESSAGE;
    if (part !== undefined) retry = 'null';
    data = [];
    size = 0;
    return part;
  }

  function partOf(values: readonly Buffer[]): StreamPart {
    const before = `{"event":${event},"id":${id},"data":`;
    return { data: joinLines(values), around: { before, after: `,"retry":${retry}}` } };
  }

  function withoutMark(line: Buffer): Buffer {
    isFirst = false;
    return line.subarray(0, MARK.length).equals(MARK) ? line.subarray(MARK.length) : line;
  }

  return {
    add: (piece) => lines.add(piece),
    next() {
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        const part = read(isFirst ? withoutMark(line) : line);
        if (part !== undefined) return part;
        if (size > maxBytes) return 'too_large';
      }
      return lines.isTooLong ? 'too_large' : undefined;
    },
    last: () => undefined,
  };
}

function joinLines(values: readonly Buffer[]): Buffer {
  if (values.length === 1) return values[0] as Buffer;
  return Buffer.concat(values.flatMap((value, index) => (index === 0 ? [value] : [NEW_LINE, value])));
}
