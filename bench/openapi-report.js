/** The section of docs/performance.md about OpenAPI documents, and its targets. */

const megabytes = (bytes) => Math.round(bytes / 1e6);
const microseconds = (nanos) => (nanos / 1000).toFixed(1);

/**
 * @param {(what: string, reached: number | undefined, limit: number, isUpper?: boolean) => string[]} target
 *   makes a row of the targets
 */
export function openapiTargets({ kwargs, operations, steps, startMs, peak }, target) {
  const more = (key) => steps.find((step) => step.key === key).more / 1000;
  const size = operations.toLocaleString('en');
  return [
    target(`request of ${kwargs} kwargs from a document to one by hand, µs more`, more('required'), 5, true),
    target('… with openapi.validate = full', more('full'), 5, true),
    target(`start to ready, ${size} operations of a document, s`, startMs.document / 1000, 2, true),
    target('… memory, MB more than with one procedure', (peak.document - peak.one) / 1e6, 150, true),
  ];
}

/**
 * @param {string} about date, machine and versions of the run
 * @param {(heads: string[], rows: string[][]) => string} table
 */
export function openapiSection({ kwargs, steps, operations, bytes, startMs, cpuMs, peak }, about, table) {
  const rows = steps.map(({ name, nanos, more, ratio }) => [
    name,
    microseconds(nanos),
    microseconds(more),
    ratio.toFixed(2),
  ]);
  return `## OpenAPI documents

- ${about}
- The procedures are the same PUT with ${kwargs} kwargs: one in the path, four in the query, one header, four in the body. Each round measures all of them
  in turns, and compares them with the one that is written by hand.

${table(['the request of a procedure', 'µs', 'µs more', 'ratio'], rows)}

The start with a document of ${operations.toLocaleString('en')} operations and ${(bytes / 1e6).toFixed(1)} MB, and with one procedure without a document, in turns:

${table(
  ['', 'start to ready', 'processor time until then', 'most memory'],
  [
    ['one procedure', `${Math.round(startMs.one)} ms`, `${cpuMs.one} ms`, `${megabytes(peak.one)} MB`],
    [
      'and the document',
      `${Math.round(startMs.document)} ms`,
      `${cpuMs.document} ms`,
      `${megabytes(peak.document)} MB`,
    ],
  ],
)}

The machine also did other work in this run.`;
}
