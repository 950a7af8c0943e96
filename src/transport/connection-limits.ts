/**
 * The maximum numbers of connections of a listener. They are read when they are needed, because a
 * reload may change them.
 */
export interface PlaceLimits {
  /** Connections at a time, with or without a session. `listeners.$name.max_sessions` */
  readonly maxSessions: number;
  /**
   * The same for one source, see sourceOf. 0 means no limit.
   * `listeners.$name.max_sessions_per_source`
   */
  readonly maxSessionsPerSource: number;
  /** Connections that have not joined a realm. `listeners.$name.max_unjoined` */
  readonly maxUnjoined: number;
  /** The same for one source. 0 means no limit. `listeners.$name.max_unjoined_per_source` */
  readonly maxUnjoinedPerSource: number;
}

/** The place of one connection. A record without methods, because each connection has one. */
export interface Place {
  readonly source: string | undefined;
  isJoined: boolean;
}

/** Why a connection gets no place. */
export interface PlaceRefusal {
  readonly reason: 'full' | 'source_full' | 'unjoined';
  /** For the client. */
  readonly message: string;
}

/** Counts the connections of a listener. */
export interface Places {
  /** Why another connection from this source gets no place; undefined if it gets one. */
  refusalFor(source: string | undefined): PlaceRefusal | undefined;
  take(source: string | undefined): Place;
  /**
   * @returns false if too many connections have not joined. A connection that has just left its
   * realm must then give its place back.
   */
  setJoined(place: Place, isJoined: boolean): boolean;
  giveBack(place: Place): void;
  readonly size: number;
}

/** Connections of one source, or of all. */
interface Count {
  all: number;
  unjoined: number;
}

const REACHED = 'this listener has reached its maximum number';

export function createPlaces(limits: PlaceLimits): Places {
  const total: Count = { all: 0, unjoined: 0 };
  const bySource = new Map<string, Count>();

  function add(source: string | undefined, all: -1 | 0 | 1, unjoined: -1 | 0 | 1): void {
    total.all += all;
    total.unjoined += unjoined;
    if (source === undefined) return;
    const own = bySource.get(source) ?? { all: 0, unjoined: 0 };
    own.all += all;
    own.unjoined += unjoined;
    if (own.all === 0) bySource.delete(source);
    else bySource.set(source, own);
  }

  return {
    refusalFor(source) {
      const { maxSessions, maxSessionsPerSource, maxUnjoined, maxUnjoinedPerSource } = limits;
      if (total.all >= maxSessions) return FULL;
      if (total.unjoined >= maxUnjoined) return UNJOINED;
      const own = source === undefined ? undefined : bySource.get(source);
      if (own === undefined) return undefined;
      if (isReached(own.all, maxSessionsPerSource)) return SOURCE_FULL;
      if (isReached(own.unjoined, maxUnjoinedPerSource)) return SOURCE_UNJOINED;
      return undefined;
    },
    take(source) {
      add(source, 1, 1);
      return { source, isJoined: false };
    },
    setJoined(place, isJoined) {
      if (place.isJoined !== isJoined) add(place.source, 0, isJoined ? -1 : 1);
      place.isJoined = isJoined;
      const own = place.source === undefined ? undefined : bySource.get(place.source);
      const { maxUnjoined, maxUnjoinedPerSource } = limits;
      return isJoined || (total.unjoined <= maxUnjoined && !isBeyond(own?.unjoined, maxUnjoinedPerSource));
    },
    giveBack: ({ source, isJoined }) => add(source, -1, isJoined ? 0 : -1),
    get size() {
      return total.all;
    },
  };
}

const FULL: PlaceRefusal = { reason: 'full', message: `${REACHED} of connections` };
const SOURCE_FULL: PlaceRefusal = {
  reason: 'source_full',
  message: `${REACHED} of connections from one address`,
};
const UNJOINED: PlaceRefusal = {
  reason: 'unjoined',
  message: `${REACHED} of connections that have not joined a realm`,
};
const SOURCE_UNJOINED: PlaceRefusal = {
  reason: 'unjoined',
  message: `${REACHED} of connections from one address that have not joined a realm`,
};

const isBeyond = (count = 0, limit: number): boolean => limit !== 0 && count > limit;
const isReached = (count: number, limit: number): boolean => limit !== 0 && count >= limit;
