/** The parameters of a link that matter here. */
interface Link {
  readonly target: string;
  readonly relations: readonly string[];
  readonly hasAnchor: boolean;
}

/**
 * The target of the link to the next page, as a URI reference. Undefined if there is none.
 *
 * A link with an anchor starts at another resource than the page (RFC 8288 section 3.2), so it does
 * not count.
 *
 * @param fields all Link fields of a response
 */
export function nextLink(fields: readonly string[]): string | undefined {
  for (const field of fields) {
    for (const { target, relations, hasAnchor } of linksIn(field)) {
      if (relations.includes('next') && !hasAnchor) return target;
    }
  }
  return undefined;
}

/** Parses a Link field leniently, as in RFC 8288 appendix B.2. */
function* linksIn(field: string): Iterable<Link> {
  let at = 0;
  for (;;) {
    while (/[\s,]/.test(field.charAt(at))) at++;
    if (field.charAt(at) !== '<') return;
    const end = field.indexOf('>', at);
    if (end < 0) return;
    const target = field.slice(at + 1, end).trim();
    const { parameters, next } = parametersIn(field, end + 1);
    const relation = parameters.find(([name]) => name === 'rel')?.[1] ?? '';
    yield {
      target,
      // The relation types of the first `rel` (section 3.3).
      relations: relation.toLowerCase().split(/\s+/),
      hasAnchor: parameters.some(([name]) => name === 'anchor'),
    };
    at = next;
  }
}

interface Parameters {
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** The index of the comma behind them. */
  readonly next: number;
}

/** The sticky pattern reads one parameter: `; name`, `; name = token`, `; name = "quoted"`. */
const PARAMETER = /\s*;\s*([^\s=;,"]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;,]*)))?/sy;

function parametersIn(field: string, start: number): Parameters {
  const parameters: [string, string][] = [];
  let at = start;
  for (;;) {
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(field);
    if (found === null) break;
    const [whole, name = '', quoted, token = ''] = found;
    at += whole.length;
    if (name !== '') parameters.push([name.toLowerCase(), quoted?.replace(/\\(.)/gs, '$1') ?? token]);
  }
  // Skips what is no parameter.
  const comma = field.indexOf(',', at);
  return { parameters, next: comma < 0 ? field.length : comma };
}
