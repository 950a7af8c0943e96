import { parseJson } from '../../../json.js';
import { type JsonText, jsonText } from '../../../json-text/json-text.js';
import type { EntryBounds } from '../../../json-text/object-entries.js';
import { endOfObject, endOfValue, nothingSeen, skipSpace } from '../../../json-text/scan-json.js';
import { MESSAGE } from '../../messages.js';
import { HEAD_LENGTHS, MAX_BOUNDS } from '../../payload-slots.js';

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;

/** Of these the kwargs may leave as a request's body, where no name may stand twice. */
const BECOME_REQUESTS: readonly number[] = [MESSAGE.CALL, MESSAGE.INVOCATION];

/**
 * The elements of a message, args and kwargs as JSON text where they are long. Undefined where the frame must be parsed whole:
 * it is no message with a payload, or is not valid, of which who parses it will tell, or has in it what should not be
 * passed on unread. So what is left as text is valid, nests no deeper than it may, and holds no U+0000, which may stand
 * for bytes, no number beyond a double, and none with so many digits that nobody would read it.
 *
 * @param frame UTF-8
 * @param maxNesting lists and dictionaries within one another, the message's own list counted
 * @param long bytes of the shortest args or kwargs that are left as text
 */
export function splitFrame(frame: Buffer, maxNesting: number, long: number): unknown[] | undefined {
  const seen = nothingSeen();
  const begin = skipSpace(frame, 0);
  if (frame[begin] !== OPEN_LIST) return undefined;
  let headLength = 0;
  let headEnd = 0;
  const slots: Buffer[] = [];
  const bounds: number[] = [];
  /** The bracket or comma before an element. */
  let separator = begin;
  for (let index = 0; frame[separator] !== CLOSE_LIST; index++) {
    if (index > 0 && frame[separator] !== COMMA) return undefined;
    const start = skipSpace(frame, separator + 1);
    const end =
      index > headLength && frame[start] === OPEN_OBJECT
        ? endOfObject(frame, start, maxNesting - 1, seen, bounds, MAX_BOUNDS)
        : endOfValue(frame, start, maxNesting - 1, seen);
    if (end < 0) return undefined;
    if (index === 0) {
      const code = Number(frame.toString('latin1', start, end));
      headLength = HEAD_LENGTHS.get(code) ?? 0;
      if (headLength === 0) return undefined;
      if (BECOME_REQUESTS.includes(code)) seen.names = [];
    }
    if (index < headLength) headEnd = end;
    else if (frame[start] === SLOT_OPENINGS[slots.length]) slots.push(frame.subarray(start, end));
    else return undefined;
    separator = skipSpace(frame, end);
  }
  if (slots.length === 0 || skipSpace(frame, separator + 1) !== frame.length) return undefined;
  if (seen.nul || seen.large) return undefined;
  const head = parseJson(`${frame.toString('utf8', begin, headEnd)}]`, maxNesting) as unknown[];
  const [args, kwargs] = slots as [Buffer, Buffer?];
  head.push(args.length < long ? parseJson(args.toString('utf8'), maxNesting) : leftAsText(args));
  if (kwargs !== undefined) {
    head.push(
      kwargs.length < long
        ? parseJson(kwargs.toString('utf8'), maxNesting)
        : leftAsText(kwargs, bounds, seen.names !== undefined && !seen.twice),
    );
  }
  return head;
}

function leftAsText(json: Buffer, bounds?: EntryBounds, namesDiffer = false): JsonText {
  const known = bounds !== undefined && bounds.length <= MAX_BOUNDS ? bounds : undefined;
  return jsonText('', ownMemory(json), '', known, namesDiffer);
}

/** Of args and kwargs. A null in their place is rare, and can be parsed. */
const SLOT_OPENINGS: readonly number[] = [OPEN_LIST, OPEN_OBJECT];

/** A small part would keep all that was read from the network with it alive, and may be kept for long itself. */
function ownMemory(json: Buffer): Buffer {
  if (json.buffer.byteLength <= 2 * json.length) return json;
  const copy = Buffer.allocUnsafeSlow(json.length);
  json.copy(copy);
  return copy;
}
