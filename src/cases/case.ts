/** What an API answers in a test of a configuration. */
export interface CaseAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text stays text. Any other value is JSON. */
  readonly body: unknown;
}

/** What the request must be like. Only the given parts are compared. */
export interface ExpectedRequest {
  readonly method?: string;
  /** As sent, with the path of `base_url` and the query. */
  readonly path?: string;
  /** Headers that the request must have, in any case. Null for one that it must not have. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Text is compared with the text of the body. Any other value is compared with its JSON. */
  readonly body?: unknown;
}

/** What the caller must get. Only the given parts are compared. */
export type ExpectedOutcome =
  | { readonly kind: 'result'; readonly parts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly uri: string; readonly parts: Readonly<Record<string, unknown>> }
  /** The outcome does not matter. */
  | { readonly kind: 'any' };

/** One test of a configuration: a call, and what becomes of it. */
export interface Case {
  readonly name: string;
  /** The URI of the procedure. */
  readonly call: string;
  /** Undefined if only one realm has the procedure. */
  readonly realm: string | undefined;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly caller: {
    readonly session: number;
    readonly authid: string;
    readonly authrole: string;
    /** What the realm knows of the caller. */
    readonly meta?: Readonly<Record<string, unknown>>;
  };
  readonly answer: CaseAnswer;
  /** Null if the gateway must send no request. Undefined if that does not matter. */
  readonly request: ExpectedRequest | null | undefined;
  readonly outcome: ExpectedOutcome;
}
