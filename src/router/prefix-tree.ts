/** A map from strings that finds the keys which a text begins with, at a cost of that text's length alone. */
export interface PrefixTree<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** The keys that `text` begins with, the shortest first, as their length and value. */
  matches(text: string): Iterable<readonly [length: number, value: T]>;
}

/** A radix tree: characters that no key tells apart stand together in one label. */
interface Node<T> {
  label: string;
  value: T | undefined;
  /** By the first UTF-16 unit of their labels. */
  readonly children: Map<number, Node<T>>;
}

export function createPrefixTree<T>(): PrefixTree<T> {
  const root: Node<T> = { label: '', value: undefined, children: new Map() };

  /** The nodes whose labels, one after the other, `text` begins with, from the root on. */
  function* along(text: string): Generator<Node<T>> {
    let node: Node<T> | undefined = root;
    let at = 0;
    while (node !== undefined && text.startsWith(node.label, at)) {
      yield node;
      at += node.label.length;
      node = node.children.get(text.charCodeAt(at));
    }
  }

  function find(key: string): Node<T> | undefined {
    let length = 0;
    let last = root;
    for (const node of along(key)) {
      length += node.label.length;
      last = node;
    }
    return length === key.length ? last : undefined;
  }

  /** Cuts a node's label after `length` characters; the new parent of the rest takes its place. */
  function split(parent: Node<T>, node: Node<T>, length: number): Node<T> {
    const upper: Node<T> = { label: node.label.slice(0, length), value: undefined, children: new Map() };
    node.label = node.label.slice(length);
    upper.children.set(node.label.charCodeAt(0), node);
    parent.children.set(upper.label.charCodeAt(0), upper);
    return upper;
  }

  return {
    get: (key) => find(key)?.value,
    set(key, value) {
      let node = root;
      let at = 0;
      while (at < key.length) {
        const child = node.children.get(key.charCodeAt(at));
        if (child === undefined) {
          const leaf: Node<T> = { label: key.slice(at), value, children: new Map() };
          node.children.set(key.charCodeAt(at), leaf);
          return;
        }
        const common = commonLength(child.label, key, at);
        node = common < child.label.length ? split(node, child, common) : child;
        at += common;
      }
      node.value = value;
    },
    delete(key) {
      const path = [...along(key)];
      const node = path.at(-1);
      const parent = path.at(-2);
      if (node === undefined || path.reduce((sum, { label }) => sum + label.length, 0) !== key.length) return;
      node.value = undefined;
      if (parent === undefined) return;
      if (node.children.size === 0) {
        parent.children.delete(node.label.charCodeAt(0));
        if (parent !== root) joinWithOnlyChild(parent);
      } else {
        joinWithOnlyChild(node);
      }
    },
    *matches(text) {
      let length = 0;
      for (const { label, value } of along(text)) {
        length += label.length;
        if (value !== undefined) yield [length, value];
      }
    },
  };

  /** A node that holds nothing and only leads on to one other becomes one with that. */
  function joinWithOnlyChild(node: Node<T>): void {
    const [child] = node.children.values();
    if (node.value !== undefined || child === undefined || node.children.size > 1) return;
    node.label += child.label;
    node.value = child.value;
    node.children.clear();
    for (const [unit, grandchild] of child.children) node.children.set(unit, grandchild);
  }
}

/** How many characters of `label` stand in `text` from `at` on. */
function commonLength(label: string, text: string, at: number): number {
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(at + length)) length++;
  return length;
}
