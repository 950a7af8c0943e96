/** The caller, as reported by the router. Kwargs with the same names cannot change it. */
export interface Caller {
  /** The realm of the called procedure. */
  readonly realm: string;
  /** Undefined if the router does not disclose it, like the fields below. */
  readonly session: number | undefined;
  readonly authid: string | undefined;
  readonly authrole: string | undefined;
  /**
   * What the realm knows of the caller. Never text of the client's own. Only procedures that need it
   * get it, and only from the router in this process.
   */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** The role of anonymous sessions, and the authid of some routers for all of them. */
const ANONYMOUS = 'anonymous';

/** The authid of a caller. Undefined for an anonymous one: its authid means nothing. */
export function nameOf({ authid, authrole }: Caller): string | undefined {
  return authid === ANONYMOUS || authrole === ANONYMOUS ? undefined : authid;
}

/**
 * Returns the value by which `pool.max_waiting_per_caller` tells callers apart: realm and authid. An
 * anonymous caller has no name of its own, so its session counts. All callers whose router discloses
 * nothing are one caller, because otherwise the limit would not limit them.
 */
export function callerKey(caller: Caller | undefined): string | number | undefined {
  if (caller === undefined) return undefined;
  const name = nameOf(caller);
  // A URI contains no space, so two realms never have the same key.
  return name === undefined ? caller.session : `${caller.realm} ${name}`;
}
