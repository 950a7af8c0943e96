/** Where in a line something stands. */
export interface Standing {
  /** An address, or a network: see sourceOf. */
  readonly source: string;
  readonly connection: object;
}

/**
 * A line in which sources take turns, and connections within each of them; what is of one
 * connection goes in its order. So a source that puts much into it, over one connection or a
 * thousand, waits for itself.
 */
export interface FairLine<T extends Standing> {
  push(item: T): void;
  /** Takes out the next that is ready; undefined where none is. */
  take(): T | undefined;
}

/**
 * @param isReady some may have to wait for what stands elsewhere in the line; not for ever, or they
 * stay
 */
export function createFairLine<T extends Standing>(isReady: (item: T) => boolean): FairLine<T> {
  /**
   * In the order of their turns; each with one connection at least, and each of these with one
   * item.
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
          // To the end, where there is more: the others come first now.
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
