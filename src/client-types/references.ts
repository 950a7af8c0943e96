/** What joins a schema with its neighbours: allOf, anyOf or oneOf, or nothing. */
export type Operator = 'all' | 'any' | 'alone';

const PREFIX = '#/$defs/';
const MAX_DEPTH = 100;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of the definition to which a schema refers. */
export function referenceIn(schema: Readonly<Record<string, unknown>>): string | undefined {
  const { $ref } = schema;
  return typeof $ref === 'string' && $ref.startsWith(PREFIX) ? $ref.slice(PREFIX.length) : undefined;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly operator: Operator;
}

/**
 * Finds references by which a type would be its own part, as in `A = A | B`. TypeScript refuses them;
 * it accepts references below a property or in a list.
 *
 * References in allOf go first: documents have `Pet = Dog | Cat` with `Dog = Pet & {…}`, and there
 * `Pet` must keep its branches.
 */
export function circularReferences(
  defs: Readonly<Record<string, unknown>>,
): (from: string, to: string, operator: Operator) => boolean {
  const edges = Object.entries(defs).flatMap(([from, schema]) => directReferences(from, schema, 'alone', 0));
  const first = inCircles(edges);
  const isFirst = (edge: Edge) => edge.operator === 'all' && first.has(edge.from) && first.has(edge.to);
  const second = inCircles(edges.filter((edge) => !isFirst(edge)));
  return (from, to, operator) => isFirst({ from, to, operator }) || (second.has(from) && second.has(to));
}

function directReferences(from: string, schema: unknown, operator: Operator, depth: number): readonly Edge[] {
  if (!isRecord(schema) || depth > MAX_DEPTH) return [];
  const to = referenceIn(schema);
  const inner = (keyword: string, next: Operator): readonly Edge[] => {
    const list = schema[keyword];
    return Array.isArray(list) ? list.flatMap((each) => directReferences(from, each, next, depth + 1)) : [];
  };
  return [
    ...(to === undefined ? [] : [{ from, to, operator }]),
    ...inner('allOf', 'all'),
    ...inner('anyOf', 'any'),
    ...inner('oneOf', 'any'),
  ];
}

/** The names in circles, or between two circles: what stays when the ends are taken away. */
function inCircles(edges: readonly Edge[]): ReadonlySet<string> {
  const ahead = withoutEnds(edges, 'from', 'to');
  return withoutEnds(
    edges.filter(({ from, to }) => ahead.has(from) && ahead.has(to)),
    'to',
    'from',
  );
}

/** Takes away names without an edge that starts at them, again and again. */
function withoutEnds(edges: readonly Edge[], start: 'from' | 'to', end: 'from' | 'to'): ReadonlySet<string> {
  const left = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const count = new Map([...left].map((name) => [name, 0]));
  const arriving = new Map<string, string[]>();
  for (const edge of edges) {
    count.set(edge[start], (count.get(edge[start]) ?? 0) + 1);
    const known = arriving.get(edge[end]);
    if (known === undefined) arriving.set(edge[end], [edge[start]]);
    else known.push(edge[start]);
  }
  const ends = [...left].filter((name) => count.get(name) === 0);
  for (let name = ends.pop(); name !== undefined; name = ends.pop()) {
    left.delete(name);
    for (const each of arriving.get(name) ?? []) {
      const rest = (count.get(each) ?? 0) - 1;
      count.set(each, rest);
      if (rest === 0) ends.push(each);
    }
  }
  return left;
}
