/** What came out for a document. */
export interface DocumentResult {
  readonly name: string;
  readonly version: string;
  readonly operations: number;
  readonly callable: number;
  readonly right: number;
  readonly faults: readonly OperationFault[];
}

/** Why an operation is not callable, or its request not right. */
export interface OperationFault {
  /** As in `GET /pets/{id}`. */
  readonly operation: string;
  readonly reason: string;
}

/** What it costs to read a document, as a row shows it. */
export interface ReadingCost {
  readonly time: string;
  readonly memory: string;
}

/** Writes docs/openapi-corpus.md. */
export function writeReport(
  results: readonly DocumentResult[],
  costOf: (name: string) => ReadingCost,
): string {
  const rows = results.map(({ name, version, operations, callable, right }) => {
    const { time, memory } = costOf(name);
    return `| ${[name, version, count(operations), count(callable), count(right), time, memory].join(' | ')} |`;
  });
  const [operations, callable, right] = (['operations', 'callable', 'right'] as const).map((key) =>
    results.reduce((sum, result) => sum + result[key], 0),
  ) as [number, number, number];
  const percent = (part: number) => `${((part / operations) * 100).toFixed(1)} %`;
  return `# OpenAPI documents that were tried

The gateway was tried with ${results.length} public documents. Of ${count(operations)} operations, ${count(callable)} are callable (${percent(callable)}) and ${count(right)} are right (${percent(right)}).

_Callable_ means that a call with an example of its schemas reaches the API. _Right_ means that the request is one of the document:
[kin-openapi](https://github.com/getkin/kin-openapi), a library of Go that has no part in making it, decodes its parameters and its body, validates them against
the document, and finds the values of the call. Each operation is called twice: with what is required, and with everything.

\`npm run test:corpus\` tries it, and checks that this page is right. \`WRITE_CORPUS=1 npm run test:corpus\` writes this page. _Time_ is how long a fresh process takes to read the
document on two processors, and _memory_ is how much the process grows meanwhile.

| document | version | operations | callable | right | time | memory |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}
| all | | ${count(operations)} | ${count(callable)} | ${count(right)} | | |

## Operations that are not callable or not right

${results
  .filter(({ faults }) => faults.length > 0)
  .map(({ name, faults }) => `### ${name}\n\n${faults.map(faultLine).join('\n')}`)
  .join('\n\n')}
`;
}

function faultLine({ operation, reason }: OperationFault): string {
  return `- \`${operation}\`: ${reason}`;
}

/** As in `1,188`. */
function count(value: number): string {
  return value.toLocaleString('en');
}

/** The costs in a page that was written before. */
export function costsIn(page: string): ReadonlyMap<string, ReadingCost> {
  const rows = [...page.matchAll(/^\| (\S+) \| [\d.]+ \|(?: [\d,]+ \|){3} ([^|]+) \| ([^|]+) \|$/gm)];
  return new Map(rows.map(([, name = '', time = '', memory = '']) => [name, { time, memory }]));
}
