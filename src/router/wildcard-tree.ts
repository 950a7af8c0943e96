/**
 * A map from wildcard patterns: URIs with empty components, each of which stands for any one component. A search costs a
 * few steps for each component of the URI, however many patterns there are.
 */
export interface WildcardTree<T> {
  get(pattern: string): T | undefined;
  set(pattern: string, value: T): void;
  delete(pattern: string): void;
  /**
   * The value of the best pattern that matches: component by component from the left, one that names the component
   * is better than one that leaves it open. This is the order which WAMP's examples of pattern-based registrations have.
   */
  best(uri: string): T | undefined;
  /** Adds the values of all patterns that match to `found`, of the best first. */
  collect(uri: string, found: T[]): void;
}

/** Components that a wildcard pattern may have: each costs a node of the tree. */
export const MOST_COMPONENTS = 32;

interface Node<T> {
  value: T | undefined;
  /** What follows an empty component of the pattern. */
  any: Node<T> | undefined;
  /** What follows a component that is named. */
  named: Map<string, Node<T>> | undefined;
}

const createNode = <T>(): Node<T> => ({ value: undefined, any: undefined, named: undefined });

export function createWildcardTree<T>(): WildcardTree<T> {
  const root = createNode<T>();

  /** The best value below `node`; where `found` is given, none, but all of them in it. */
  function search(
    node: Node<T>,
    components: readonly string[],
    depth: number,
    found: T[] | undefined,
  ): T | undefined {
    if (depth === components.length) {
      if (found === undefined || node.value === undefined) return node.value;
      found.push(node.value);
      return undefined;
    }
    const named = node.named?.get(components[depth] ?? '');
    const best = named && search(named, components, depth + 1, found);
    return best ?? (node.any && search(node.any, components, depth + 1, found));
  }

  return {
    get(pattern) {
      let node: Node<T> | undefined = root;
      for (const component of pattern.split('.')) node = child(node, component);
      return node?.value;
    },
    set(pattern, value) {
      let node = root;
      for (const component of pattern.split('.')) node = child(node, component) ?? grow(node, component);
      node.value = value;
    },
    delete(pattern) {
      const components = pattern.split('.');
      const path = [root];
      for (const component of components) {
        const next = child(path.at(-1), component);
        if (next === undefined) return;
        path.push(next);
      }
      const last = path.at(-1);
      if (last !== undefined) last.value = undefined;
      for (let depth = components.length; depth > 0 && isBare(path[depth]); depth--) {
        prune(path[depth - 1], components[depth - 1] ?? '');
      }
    },
    best: (uri) => search(root, componentsOf(uri), 0, undefined),
    collect: (uri, found) => void search(root, componentsOf(uri), 0, found),
  };
}

/** No more than a pattern can have and one: with those, none matches. */
function componentsOf(uri: string): readonly string[] {
  return uri.split('.', MOST_COMPONENTS + 1);
}

function child<T>(node: Node<T> | undefined, component: string): Node<T> | undefined {
  return component === '' ? node?.any : node?.named?.get(component);
}

function grow<T>(node: Node<T>, component: string): Node<T> {
  const added = createNode<T>();
  if (component === '') {
    node.any = added;
  } else {
    node.named ??= new Map();
    node.named.set(component, added);
  }
  return added;
}

function prune<T>(node: Node<T> | undefined, component: string): void {
  if (component === '') {
    if (node !== undefined) node.any = undefined;
  } else {
    node?.named?.delete(component);
  }
}

function isBare<T>(node: Node<T> | undefined): boolean {
  return node !== undefined && node.value === undefined && node.any === undefined && !node.named?.size;
}
