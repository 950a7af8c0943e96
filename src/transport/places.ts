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

/** What one connection holds. It has not joined at first. */
export interface Place {
  joined(isJoined: boolean): void;
  giveBack(): void;
}

/** The places of a listener: who has joined, and who has one without having joined yet. */
export interface Places {
  /** Why there is no place for one connection more from there; undefined where there is one. */
  refusalFor(source: string | undefined): string | undefined;
  take(source: string | undefined): Place;
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

  function countOf(source: string | undefined): Count | undefined {
    if (source === undefined || !countsSources) return undefined;
    const found = bySource.get(source) ?? { all: 0, unjoined: 0 };
    bySource.set(source, found);
    return found;
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
      const own = countOf(source);
      let isJoined = false;
      const add = (key: keyof Count, change: 1 | -1): void => {
        total[key] += change;
        if (own !== undefined) own[key] += change;
      };
      add('all', 1);
      add('unjoined', 1);
      return {
        joined(now) {
          if (now === isJoined) return;
          isJoined = now;
          add('unjoined', now ? -1 : 1);
        },
        giveBack() {
          add('all', -1);
          if (!isJoined) add('unjoined', -1);
          if (own?.all === 0 && source !== undefined) bySource.delete(source);
        },
      };
    },
    get size() {
      return total.all;
    },
  };
}

const isReached = (count: number, limit: number): boolean => limit !== 0 && count >= limit;
