/** How many connections a listener holds. */
export interface PlaceLimits {
  /** Connections at a time, joined or not. `listeners.$name.max_sessions` */
  readonly maxSessions: number;
  /** Of them from one source, see sourceOf; 0 for no limit. `listeners.$name.max_sessions_per_source` */
  readonly maxSessionsPerSource: number;
  /** Of all, those that have not joined a realm. `listeners.$name.max_unjoined` */
  readonly maxUnjoined: number;
  /** Of them from one source; 0 for no limit. `listeners.$name.max_unjoined_per_source` */
  readonly maxUnjoinedPerSource: number;
}

/** What one connection holds. It has not joined at first. A mere record, as there is one for each connection. */
export interface Place {
  readonly source: string | undefined;
  isJoined: boolean;
}

/** The places of a listener: who has joined, and who has one without having joined yet. */
export interface Places {
  /** Why there is no place for one connection more from there; undefined where there is one. */
  refusalFor(source: string | undefined): string | undefined;
  take(source: string | undefined): Place;
  /** Returns false where more have not joined now than may: who has left its realm cannot keep its place. */
  setJoined(place: Place, isJoined: boolean): boolean;
  giveBack(place: Place): void;
  readonly size: number;
}

/** Connections of one source, or of all. */
interface Count {
  all: number;
  unjoined: number;
}

export function createPlaces(limits: PlaceLimits): Places {
  const { maxSessions, maxSessionsPerSource, maxUnjoined, maxUnjoinedPerSource } = limits;
  const total: Count = { all: 0, unjoined: 0 };
  const bySource = new Map<string, Count>();
  const countsSources = maxSessionsPerSource !== 0 || maxUnjoinedPerSource !== 0;

  function add(source: string | undefined, all: -1 | 0 | 1, unjoined: -1 | 0 | 1): void {
    total.all += all;
    total.unjoined += unjoined;
    if (source === undefined || !countsSources) return;
    const own = bySource.get(source) ?? { all: 0, unjoined: 0 };
    own.all += all;
    own.unjoined += unjoined;
    if (own.all === 0) bySource.delete(source);
    else bySource.set(source, own);
  }

  return {
    refusalFor(source) {
      if (total.all >= maxSessions) return 'this listener holds as many connections as it may';
      if (total.unjoined >= maxUnjoined)
        return 'this listener holds as many connections that have not joined as it may';
      const own = source === undefined ? undefined : bySource.get(source);
      if (own === undefined) return undefined;
      if (isReached(own.all, maxSessionsPerSource))
        return 'this listener holds as many connections from one address as it may';
      if (isReached(own.unjoined, maxUnjoinedPerSource))
        return 'this listener holds as many connections from one address that have not joined as it may';
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
      return isJoined || (total.unjoined <= maxUnjoined && !isBeyond(own?.unjoined, maxUnjoinedPerSource));
    },
    giveBack: ({ source, isJoined }) => add(source, -1, isJoined ? 0 : -1),
    get size() {
      return total.all;
    },
  };
}

const isBeyond = (count = 0, limit: number): boolean => limit !== 0 && count > limit;
const isReached = (count: number, limit: number): boolean => limit !== 0 && count >= limit;
