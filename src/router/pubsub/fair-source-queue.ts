/** The origin of an item in the queue. */
export interface QueueItem {
  /** An IP address or a network. See sourceOf. */
  readonly source: string;
  readonly connection: object;
}

/**
 * A queue in which sources take turns. Within a source, its connections take turns. Items of one
 * connection keep their order. So a source that adds many items delays only itself, with any number
 * of connections.
 */
export interface FairSourceQueue<T extends QueueItem> {
  push(item: T): void;
  /** Removes and returns the next item that is ready. Returns undefined if no item is ready. */
  take(): T | undefined;
}

/**
 * @param isReady whether an item is ready. An item that waits for another one in the queue is not
 * ready. It becomes ready when the other one is done.
 */
export function createFairSourceQueue<T extends QueueItem>(
  isReady: (item: T) => boolean,
): FairSourceQueue<T> {
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
          // If the connection or the source has more items, it moves to the end, so that the others
          // come first.
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
