import type { Format } from '../../support/clients.js';

/** What the libraries of the matrix do otherwise than the others, each with the reason, and with what comes of it. */
export interface Library {
  readonly name: string;
  /**
   * WAMP has bytes in JSON be text that begins with U+0000. `text` leaves that to the application, which then sends and
   * gets that text; with `bytes`, the library does it.
   */
  readonly bytesInJson: 'bytes' | 'text';
  /** What integers beyond 32 bit are in MessagePack, for the application. In the other formats they are numbers. */
  readonly longInMsgpack: 'number' | 'bigint';
  /** Where integers beyond 2^53 are exact, both ways. */
  readonly exactIn: readonly Format[];
  /** Procedures answer with the kwargs of their errors. */
  readonly errorKwargs: boolean;
  /** Callers can take progressive results. */
  readonly takesProgress: boolean;
  /** Callees yield progressive results: having announced it; when told to, without that; not at all. */
  readonly yieldsProgress: 'announced' | 'unannounced' | 'never';
  /** Modes in which callers can cancel and live on, `none` when they cannot name one. */
  readonly cancelModes: readonly ('skip' | 'kill' | 'killnowait' | 'none')[];
  /** What a cancelled call fails with. */
  readonly canceled: string;
  /** Callees take INTERRUPT, which procedures then answer with an error of their own. */
  readonly interruptible: boolean;
}

const CANCELED = 'wamp.error.canceled';

export const LIBRARIES = {
  'autobahn|js': {
    name: 'autobahn|js',
    bytesInJson: 'text',
    longInMsgpack: 'number',
    // JSON.parse and msgpack5 round them.
    exactIn: ['cbor'],
    errorKwargs: true,
    takesProgress: true,
    yieldsProgress: 'announced',
    // In any other mode it forgets the call, and takes its ERROR for a violation: a test of its own shows that.
    cancelModes: ['kill'],
    canceled: CANCELED,
    // Has no handler, and announces none.
    interruptible: false,
  },
  wampy: {
    name: 'wampy',
    bytesInJson: 'text',
    // msgpackr's own way.
    longInMsgpack: 'bigint',
    // JSON.parse rounds them, as its CBOR does.
    exactIn: ['msgpack'],
    errorKwargs: true,
    takesProgress: true,
    yieldsProgress: 'unannounced',
    cancelModes: ['skip', 'kill', 'killnowait'],
    canceled: CANCELED,
    // Has no handler, and announces none.
    interruptible: false,
  },
  'autobahn|python': {
    name: 'autobahn|python',
    bytesInJson: 'bytes',
    longInMsgpack: 'number',
    exactIn: ['json', 'msgpack', 'cbor'],
    errorKwargs: true,
    takesProgress: true,
    yieldsProgress: 'announced',
    // To cancel the future is all it offers; that sends no mode, and settles the future before any answer.
    cancelModes: ['none'],
    canceled: 'asyncio.CancelledError',
    // A coroutine is cancelled; where it lets CancelledError pass, no answer is sent: a test of its own shows that.
    interruptible: true,
  },
  xconn: {
    name: 'xconn',
    bytesInJson: 'text',
    longInMsgpack: 'number',
    exactIn: ['json', 'msgpack', 'cbor'],
    // ApplicationError takes them, and its session leaves them out.
    errorKwargs: false,
    // The first one settles the call, and the second ends its reader.
    takesProgress: false,
    // A procedure returns once, and that is final.
    yieldsProgress: 'never',
    // There is no function for it.
    cancelModes: [],
    canceled: CANCELED,
    // Has no handler, and announces none.
    interruptible: false,
  },
} as const satisfies Record<string, Library>;
