import { signal } from '@preact/signals';
import type { GatewayStatus } from '../../../dist/status/gateway-status.js';
import type { ProcedureTraffic as Traffic } from '../../../dist/status/service-status.js';
import { count, milliseconds, percent, rate } from '../format.js';
import { html } from '../html.js';
import { linkTo } from '../route.js';
import { procedures } from '../state.js';

interface Row {
  readonly procedure: GatewayStatus['procedures'][number];
  /** Undefined for a procedure that nobody has called. */
  readonly traffic: Traffic | undefined;
}

/** The rows with the highest value come first. */
const ORDERS: Readonly<Record<string, (row: Row) => number>> = {
  'as configured': () => 0,
  'slowest first': ({ traffic }) => traffic?.last_minute.p99_ms ?? -1,
  'most errors first': ({ traffic }) => traffic?.last_minute.errors ?? -1,
  'most calls first': ({ traffic }) => traffic?.last_minute.calls ?? -1,
};
const order = signal('as configured');
/** How many rows are on the page. */
const SHOWN = 200;

export interface ProcedureTrafficProps {
  readonly service: string;
  /** Undefined while it is loading. */
  readonly traffic: readonly Traffic[] | undefined;
}

/** The procedures of a service with their traffic. */
export function ProcedureTraffic({ service, traffic = [] }: ProcedureTrafficProps) {
  const byPlace = new Map(traffic.map((each) => [placeOf(each), each]));
  const rows: readonly Row[] = procedures.value
    .filter((procedure) => procedure.service === service)
    .map((procedure) => ({ procedure, traffic: byPlace.get(placeOf(procedure)) }));
  const rank = ORDERS[order.value] ?? (() => 0);
  const ordered = rows.toSorted((one, other) => rank(other) - rank(one));
  return html`<section aria-labelledby="procedures">
    <h2 id="procedures">Procedures</h2>
    ${
      rows.length < 2
        ? null
        : html`<p class="filters"><label>order <select value=${order.value} onChange=${(event: Event) => {
            order.value = (event.target as HTMLSelectElement).value;
          }}>${Object.keys(ORDERS).map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label></p>`
    }
    <table class="wide">
      <thead><tr>
        <th scope="col">procedure</th><th scope="col">request</th><th scope="col" class="num">calls</th>
        <th scope="col" class="num">errors</th><th scope="col" class="num">p50</th><th scope="col" class="num">p99</th><th scope="col" class="num">calls in the last hour</th>
      </tr></thead>
      <tbody>${ordered.slice(0, SHOWN).map((row) => html`<${ProcedureRow} key=${placeOf(row.procedure)} row=${row} />`)}</tbody>
    </table>
    ${rows.length > SHOWN ? html`<p class="note">${count(SHOWN)} of ${count(rows.length)} are shown. Choose another order to see others, or find one by its name on the page <a href=${linkTo('procedures')}>Procedures</a>.</p>` : null}
  </section>`;
}

function ProcedureRow({ row: { procedure, traffic } }: { readonly row: Row }) {
  const { uri, realm, method, path } = procedure;
  const minute = traffic?.last_minute;
  return html`<tr>
    <th scope="row"><a href=${linkTo('procedures', realm, uri)}>${uri}</a></th>
    <td data-label="request"><code>${method} ${path}</code></td>
    <td data-label="calls" class="num">${rate(minute?.calls ?? 0)}</td>
    <td data-label="errors" class="num">${percent(minute?.error_ratio ?? 0)}</td>
    <td data-label="p50" class="num">${milliseconds(minute?.p50_ms ?? null)}</td>
    <td data-label="p99" class="num">${milliseconds(minute?.p99_ms ?? null)}</td>
    <td data-label="last hour" class="num">${count(traffic?.last_hour.calls ?? 0)}</td>
  </tr>`;
}

const placeOf = ({ realm, uri }: { readonly realm: string; readonly uri: string }): string =>
  `${realm} ${uri}`;
