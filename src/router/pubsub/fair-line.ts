/** Where an item in the line comes from. */
export interface Standing {
  /** An address, or a network; see sourceOf. */
  readonly source: string;
  readonly connection: object;
}

/**
 * A line in which sources take turns, and within a source its connections. Items of one connection
 * keep their order. So a source that adds many items, over one connection or a thousand, delays
 * only itself.
 */
export interface FairLine<T extends Standing> {
  push(item: T): void;
  /** Removes and returns the next item that is ready; undefined if none is. */
  take(): T | undefined;
}

/**
 * @param isReady whether an item is ready; one that waits for another item in the line is not, and
 * must become ready when that item is done
 */
export function createFairLine<T extends Standing>(isReady: (item: T) => boolean): FairLine<T> {
  /**
   * Sources in the order of their turns. Each has at least one connection, and each connection at
   * least one item.
   */
  const sources = new Map<string, Map<object, T[]>>();

  return {
    push(item) {
      const { source, connection } = item;
      const connections = sources.get(source) ?? new Map<object, T[]>();
      sources.set(source, connections);
      const items = connections.get(connection);
      if (items === undefined) connections.set(connection, [item]);
      else items.push(item);
    },
    take() {
      for (const [source, connections] of sources) {
        for (const [connection, items] of connections) {
          const [first] = items;
          if (first === undefined || !isReady(first)) continue;
          items.shift();
          // A connection and a source that have more items go to the end, so that the others come
          // first.
          connections.delete(connection);
          if (items.length > 0) connections.set(connection, items);
          sources.delete(source);
          if (connections.size > 0) sources.set(source, connections);
          return first;
        }
      }
      return undefined;
    },
  };
}
