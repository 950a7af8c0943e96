import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTurns } from '../turns.js';
import {
  ENDLESS_RESPONSE,
  filterInterimResponses,
  MALFORMED_INTERIM_RESPONSE,
  MAX_INTERIM_RESPONSES,
  TOO_MANY_INTERIM_RESPONSES,
  UNKNOWN_HTTP_VERSION,
} from './interim-responses.js';

const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const MAX_HEAD = 200;
const MAX_TOTAL = 4_000;
const TURNS = createTurns({ monotonic: () => 0 });

/** What the parser reads of a response in these pieces, and how often the listener was called. */
function read(pieces: readonly string[], { expected = true, isParsed = true } = {}) {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  let error: string | undefined;
  socket.on('error', (failure: Error & { code?: string }) => {
    error = failure.code;
  });
  let heard = 0;
  const filter = filterInterimResponses(socket, { headBytes: MAX_HEAD, totalBytes: MAX_TOTAL }, TURNS);
  if (expected) filter.expectResponse({ heard: () => heard++ });
  let text = '';
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.push(Buffer.from(piece, 'latin1'));
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
      text += chunk.toString('latin1');
      if (isParsed) filter.resetUnheard();
    }
  }
  return {
    text,
    heard,
    destroyed: socket.destroyed,
    error: () => new Promise(setImmediate).then(() => error),
  };
}

describe('a header section without an end', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\n';
  const lines = 'x: y\r\n'.repeat(20);

  it('goes to the parser up to the piece that exceeds the limit', async () => {
    const { text, destroyed, error } = read([HEAD, lines, lines, lines, lines], { isParsed: false });
    expect(text).toBe(HEAD + lines + lines);
    expect(destroyed).toBe(true);
    expect(await error()).toBe('UND_ERR_HEADERS_OVERFLOW');
  });
  it('does not count towards its limit what the parser has already accepted', () => {
    expect(read([HEAD, lines, lines, lines, lines])).toMatchObject({ destroyed: false });
    const interim = `HTTP/1.1 103 Early Hints\r\n${lines}\r\n`;
    const pieces = [interim, interim, interim, FINAL];
    expect(read(pieces, { isParsed: false })).toMatchObject({ text: FINAL, destroyed: false });
  });
});

const inTwo = (text: string) =>
  Array.from({ length: text.length - 1 }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)]);

describe('interim responses', () => {
  it.each([
    ['an unexpected 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['an interim response of HTTP/1.0', 'HTTP/1.0 100 Continue\r\n\r\n'],
    ['an interim response without a reason phrase', 'HTTP/1.1 100\r\n\r\n'],
    [
      'an interim response with header fields',
      'HTTP/1.1 100 Continue\r\nServer: x\r\nContent-Length: 5\r\n\r\n',
    ],
    ['102 Processing', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['103 Early Hints', 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'],
    ['an interim response of unknown status', 'HTTP/1.1 199 Odd\r\n\r\n'],
  ])('are dropped wherever they are split: %s', (_, interim) => {
    for (const pieces of inTwo(interim + FINAL))
      expect(read(pieces)).toMatchObject({ text: FINAL, heard: 1 });
    expect(read([...(interim + FINAL)])).toMatchObject({ text: FINAL, heard: 1 });
    expect(read([interim, FINAL])).toMatchObject({ text: FINAL, heard: 1 });
  });

  it('are dropped when several come in a row', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n';
    expect(read([interim + interim + FINAL])).toMatchObject({ text: FINAL, heard: 4 });
  });

  it.each([
    ['a final response', FINAL],
    ['a switch of protocols, which the parser refuses', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a status of four digits', 'HTTP/1.1 1000 Odd\r\n\r\n'],
    ['a status of letters', 'HTTP/1.1 1x0 Odd\r\n\r\n'],
    ['an empty line first', '\r\nHTTP/1.1 100 Continue\r\n\r\n'],
  ])('are not mistaken for %s, wherever it is split', (_, text) => {
    for (const pieces of [[text], [...text], ...inTwo(text)]) expect(read(pieces)).toMatchObject({ text });
  });

  it('are not looked for in a body, nor when no response is expected', () => {
    const looksAlike = 'HTTP/1.1 100 Continue\r\n\r\n';
    expect(read([FINAL, looksAlike]).text).toBe(FINAL + looksAlike);
    expect(read([looksAlike], { expected: false }).text).toBe(looksAlike);
  });

  it('are limited in bytes together with everything else for one request', async () => {
    const long = read([FINAL, ...Array.from({ length: 10 }, () => 'x'.repeat(MAX_HEAD * 2))]);
    expect([long.destroyed, await long.error()]).toEqual([true, ENDLESS_RESPONSE]);
  });

  it.each([
    ['after the status', ['HTTP/1.1 200 ', ...Array.from({ length: 5 }, () => 'x'.repeat(MAX_HEAD / 2))]],
    ['from its first byte on', ['x'.repeat(5), ...Array.from({ length: 5 }, () => 'x'.repeat(MAX_HEAD / 2))]],
  ])('do not let a status line without an end pass: %s', async (_, pieces) => {
    expect(await read(pieces).error()).toBe(ENDLESS_RESPONSE);
  });

  it('do not keep a status line from arriving byte by byte', () => {
    expect(read([...FINAL.repeat(3)]).text).toBe(FINAL.repeat(3));
  });

  it('are limited in number', async () => {
    const interim = 'HTTP/1.1 103 Early\r\n\r\n';
    expect(read([interim.repeat(MAX_INTERIM_RESPONSES) + FINAL]).text).toBe(FINAL);
    const flood = read([interim.repeat(MAX_INTERIM_RESPONSES + 1) + FINAL]);
    expect([flood.text, await flood.error()]).toEqual(['', TOO_MANY_INTERIM_RESPONSES]);
  });

  it('are limited in length', async () => {
    const long = read(['HTTP/1.1 103 Early Hints\r\n', ...Array.from('x'.repeat(MAX_HEAD))]);
    expect([long.text, await long.error()]).toEqual(['', MALFORMED_INTERIM_RESPONSE]);
  });

  // A parser that ends the head at the bare line feed reads what follows as a response. A body can
  // contain one.
  it.each([
    'HTTP/1.1 100 Continue\n\n',
    'HTTP/1.1 100 Continue\r\n\n',
    'HTTP/1.1 103 Hints\r\na: b\nc: d\r\n\r\n',
  ])('are refused if they contain a bare line feed: %j', async (interim) => {
    const { text, error } = read([interim + FINAL]);
    expect([text, await error()]).toEqual(['', MALFORMED_INTERIM_RESPONSE]);
  });
});

describe('a status line', () => {
  const two = 'HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok';
  it('of another major version is refused wherever it is split', async () => {
    for (const pieces of [[two], ...inTwo(two), [...two]]) {
      expect(await read(pieces).error()).toBe(UNKNOWN_HTTP_VERSION);
    }
  });
});
