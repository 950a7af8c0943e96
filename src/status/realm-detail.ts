/** A session of a client in the embedded router. */
export interface SessionStatus {
  readonly id: number;
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  /** For example `websocket json`. */
  readonly transport: string;
  /** The address of the client. Null for a Unix socket. */
  readonly address: string | null;
  readonly since: string;
}

/** A procedure that sessions have registered, or a topic to which they have subscribed. */
export interface PatternStatus {
  readonly uri: string;
  readonly match: string;
  /** How many callees or subscribers it has. */
  readonly count: number;
}

/**
 * The answer to `GET /realms/NAME`: one realm of the embedded router. Each list has at most 200
 * entries, in the order of time.
 */
export interface RealmDetail {
  readonly name: string;
  /** How many there are. */
  readonly totals: {
    readonly sessions: number;
    readonly registrations: number;
    readonly subscriptions: number;
  };
  readonly sessions: readonly SessionStatus[];
  readonly registrations: readonly PatternStatus[];
  readonly subscriptions: readonly PatternStatus[];
}
