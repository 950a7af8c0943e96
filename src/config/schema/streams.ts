import { duration, oneOf } from '../types/datatypes.js';
import type { KeyTable } from './spec.js';

/** The keys of a procedure for responses that are streams. */
export const STREAM_KEYS = {
  'response.stream': {
    type: oneOf('auto', 'sse', 'ndjson', 'off'),
    default: 'auto',
    meaning:
      'Which responses are streams. A caller that asks for progressive results gets each event or line of a stream as one of them. `auto`: event streams and newline-delimited JSON, by their media type. `sse`, `ndjson`: every successful response, whatever its media type. `off`: none. Other callers get a response as a whole; an event stream is an error for them.',
    example: 'ndjson',
  },
  'response.stream_idle': {
    type: duration(),
    default: '60s',
    meaning:
      'How long the upstream may send nothing within a stream. Then the call ends with `timeout`. Comments of an event stream count as a sign of life. `timeout`, `deadline` and `wamp.max_call_timeout` apply only until the head of the response.',
    example: '5m',
  },
} as const satisfies KeyTable;
