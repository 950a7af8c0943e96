import { BUCKETS } from './durations.js';
import { FAMILIES, type Family, type FamilyName, PREFIX } from './families.js';
import {
  AUTHMETHODS,
  CACHE_RESULTS,
  CALL_OUTCOMES,
  LIMIT_REASONS,
  LINK_FAILURE_REASONS,
  REJECT_REASONS,
  RESPONSE_CACHE_RESULTS,
  RESULTS,
  ROUTED_OUTCOMES,
} from './outcomes.js';

const INTRODUCTION = `<!-- Generated from src/metrics by "npm run docs". Do not edit. -->
# Metrics reference

An admin listener serves these metrics at \`GET /metrics\`, in the text format of Prometheus. [operations.md](../operations.md#metrics) says how to scrape
them.

- Times are in seconds. A timestamp is a Unix time.
- A label value comes from the configuration or from a fixed list. So the number of series depends on the configuration alone. Callers cannot
  create series. Anything else counts as \`_other\`. For example, if a reload removes a procedure, the calls that still run count with the \`procedure\`
  \`_other\`; if it removes the service, the \`service\` is \`_other\` too. The series of \`_other\` appear with the first such event.
- Every counter exists from the start with the value 0. A restart sets all counters to 0, a reload does not.
- A reload adds the series of new services and procedures, and removes those of removed ones.
- Histograms have the buckets ${BUCKETS.join(', ')} s, and \`+Inf\`.

| metric | type | labels | meaning |
|---|---|---|---|
`;

const LABELS = `
## Labels

| label | value |
|---|---|
| \`service\` | the name of a service: \`$service\` in \`rpc_gateway.services.$service\` |
| \`procedure\` | the WAMP URI of a procedure |
| \`realm\` | the name of a realm |
| \`listener\` | the name of a listener: \`$name\` in \`listeners.$name\` |
| \`owner\` | \`listener:NAME\` for the certificate of a listener, \`service:NAME\` for the client certificate of a service |
| \`state\` | \`busy\` or \`idle\` |
| \`version\`, \`node_version\` | the version of the gateway, and of Node.js |
`;

/** The fixed values of the label that tells kinds of events apart. */
const KINDS: readonly (readonly [label: string, names: readonly FamilyName[], values: readonly string[]])[] =
  [
    ['outcome', ['requests_total', 'upstream_attempts_total'], CALL_OUTCOMES],
    ['outcome', ['router_calls_total'], ROUTED_OUTCOMES],
    [
      'outcome',
      ['liveness_probes_total', 'token_fetch_total', 'secret_resolution_total', 'config_reloads_total'],
      RESULTS,
    ],
    ['result', ['token_cache_total'], CACHE_RESULTS],
    ['result', ['response_cache_total'], RESPONSE_CACHE_RESULTS],
    ['reason', ['requests_limited_total'], LIMIT_REASONS],
    ['reason', ['listener_rejected_total'], REJECT_REASONS],
    ['reason', ['attached_reconnects_total'], LINK_FAILURE_REASONS],
    ['authmethod', ['failed_logins_total'], AUTHMETHODS],
  ];

const END = `
[errors.md](../errors.md#errors-of-the-gateway) explains the codes among the outcomes of calls. \`ok\`, \`redirect\`, \`client_error\` and \`server_error\`
are responses of the API: 2xx, 3xx, 4xx and 5xx. A call with an error at \`error_path\` is a \`client_error\`, and a call with a status of \`success\` from
400 on is \`ok\` ([answers.md](../answers.md)).

## The process

These come from [prom-client](https://github.com/siimon/prom-client), with its names: \`process_*\` (processor time, memory, open files, start) and
\`nodejs_*\` (event loop lag, heap, garbage collection, version). An event loop lag of 10 ms is normal, because its measurement ticks every 10 ms.
`;

/** Renders docs/reference/metrics.md. */
export function renderMetricsReference(): string {
  const rows = (Object.entries(FAMILIES) as [string, Family][]).map(([name, { type, labels, help }]) => {
    const shown = labels.map((label) => `\`${label}\``).join(', ') || '–';
    return `| \`${PREFIX}${name}\` | ${type} | ${shown} | ${help} |\n`;
  });
  const kinds = KINDS.map(([label, names, values]) => {
    const of = names.map((name) => `\`${name}\``).join(', ');
    return `| \`${label}\` of ${of} | ${values.map((value) => `\`${value}\``).join(', ')} |\n`;
  });
  return INTRODUCTION + rows.join('') + LABELS + kinds.join('') + END;
}
