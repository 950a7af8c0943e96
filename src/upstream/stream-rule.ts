import type { ResponseHeaders } from './response-headers.js';

/** Says which responses a call takes while they arrive, instead of as a whole. */
export interface StreamRule {
  /** Whether the body of a response with this head is a stream. */
  accepts(status: number, headers: ResponseHeaders): boolean;
  /** Maximum milliseconds of silence after the head (`response.stream_idle`). */
  readonly idleMs: number;
}
