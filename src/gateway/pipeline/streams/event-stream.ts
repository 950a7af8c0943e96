import { LineSplitter } from './line-splitter.js';
import type { PartReader, StreamPart } from './part-reader.js';

const [LF, COLON, SPACE, NUL] = [0x0a, 0x3a, 0x20, 0x00];
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
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
  const data = new EventData();
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
        data.add(value);
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
    const text = data.take();
    const part = text && partOf(text);
    event = MESSAGE;
    if (part !== undefined) retry = 'null';
    size = 0;
    return part;
  }

  function partOf(text: Buffer): StreamPart {
    const before = `{"event":${event},"id":${id},"data":`;
    return { data: text, around: { before, after: `,"retry":${retry}}` } };
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

/**
 * The values of the `data` fields of one event, joined by line feeds. Each of many short values would
 * keep the whole piece of the stream in memory in which it arrived, so they are copied.
 */
class EventData {
  private text: Buffer | undefined = undefined;
  private length = 0;
  private isOwn = false;

  add(value: Buffer): void {
    if (this.text === undefined) {
      // Most events have one value, which is not copied.
      this.text = value;
      this.length = value.length;
      return;
    }
    const length = this.length + 1 + value.length;
    if (!this.isOwn || length > this.text.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      this.text.copy(larger, 0, 0, this.length);
      this.text = larger;
      this.isOwn = true;
    }
    this.text[this.length] = LF;
    value.copy(this.text, this.length + 1);
    this.length = length;
  }

  /** Hands the text over. Undefined without any field. */
  take(): Buffer | undefined {
    const text = this.text?.subarray(0, this.length);
    this.text = undefined;
    this.length = 0;
    this.isOwn = false;
    return text;
  }
}
