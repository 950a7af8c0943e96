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

/**
 * The messages whose kwargs may become the body of a request. In a body, no name may occur twice.
 */
const BECOME_REQUESTS: readonly number[] = [MESSAGE.CALL, MESSAGE.INVOCATION];

/**
 * Reads the elements of a message, with long args and kwargs as JSON text. Returns undefined if the
 * whole frame must be parsed. This is the case if it is not a message with a payload, if it is
 * invalid (then the parser reports the error), or if it has values that must not be passed on
 * unread. So the text is valid JSON within the nesting limit. It contains no U+0000 (which may
 * represent bytes), no number beyond a double, and no number with too many digits.
 *
 * @param frame UTF-8
 * @param maxNesting maximum nesting of lists and dictionaries, including the message's list
 * @param long bytes of the shortest args or kwargs that stay text
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

/**
 * The first characters of args and kwargs. If null replaces them, which is rare, the frame is
 * parsed.
 */
const SLOT_OPENINGS: readonly number[] = [OPEN_LIST, OPEN_OBJECT];

/**
 * Copies a small part of a network buffer. The part may be kept for a long time, and without the
 * copy it would keep the whole buffer alive.
 */
function ownMemory(json: Buffer): Buffer {
  if (json.buffer.byteLength <= 2 * json.length) return json;
  const copy = Buffer.allocUnsafeSlow(json.length);
  json.copy(copy);
  return copy;
}
