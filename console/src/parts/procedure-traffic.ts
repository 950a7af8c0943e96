import { signal } from '@preact/signals';
import type { GatewayStatus } from '../../../dist/status/gateway-status.js';
import type { ProcedureTraffic as Traffic } from '../../../dist/status/service-status.js';
import { count, milliseconds, percent } from '../format.js';
import { html } from '../html.js';
import { linkTo } from '../route.js';
import { setTo } from './set-to.js';

type Procedure = GatewayStatus['procedures'][number];
type Period = 'last_minute' | 'last_hour';

interface Row {
  readonly procedure: Procedure;
  /** Undefined for a procedure that nobody has called. */
  readonly figures: Traffic[Period] | undefined;
}

/** The rows with the highest value come first. */
const ORDERS: Readonly<Record<string, (row: Row) => number>> = {
  'as configured': () => 0,
  'slowest first': ({ figures }) => figures?.p99_ms ?? -1,
  'most errors first': ({ figures }) => figures?.errors ?? -1,
  'most calls first': ({ figures }) => figures?.calls ?? -1,
};
const PERIODS: Readonly<Record<Period, string>> = { last_hour: 'last hour', last_minute: 'last minute' };
const order = signal('as configured');
const period = signal<Period>('last_hour');
/** How many rows are on the page. */
const SHOWN = 300;

/** In which order the procedures are, and of which time the figures are. */
export function TrafficChoices() {
  return html`
    <label>order <select value=${order.value} onChange=${setTo(order)}>${Object.keys(ORDERS).map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label>
    <label>calls of the <select value=${period.value} onChange=${setTo(period)}>${Object.entries(PERIODS).map(([each, label]) => html`<option key=${each} value=${each}>${label}</option>`)}</select></label>`;
}

export interface ProcedureTrafficProps {
  readonly procedures: readonly Procedure[];
  /** The procedures that have been called. Undefined while it is loading. */
  readonly traffic: readonly Traffic[] | undefined;
  /** Whether the table tells the service and the realm. */
  readonly hasPlaces: boolean;
}

/** Procedures with their traffic. */
export function ProcedureTraffic({ procedures, traffic = [], hasPlaces }: ProcedureTrafficProps) {
  const byPlace = new Map(traffic.map((each) => [placeOf(each), each]));
  const rows = procedures.map(
    (procedure): Row => ({ procedure, figures: byPlace.get(placeOf(procedure))?.[period.value] }),
  );
  const rank = ORDERS[order.value] ?? (() => 0);
  const ordered = rows.toSorted((one, other) => rank(other) - rank(one));
  return html`
    <table class="wide">
      <thead><tr>
        <th scope="col">procedure</th><th scope="col">request</th>${hasPlaces ? html`<th scope="col">service</th><th scope="col">realm</th>` : null}
        <th scope="col" class="num">calls</th><th scope="col" class="num">errors</th><th scope="col" class="num">p50</th><th scope="col" class="num">p99</th>
      </tr></thead>
      <tbody>${ordered.slice(0, SHOWN).map((row) => html`<${ProcedureRow} key=${placeOf(row.procedure)} row=${row} hasPlaces=${hasPlaces} />`)}</tbody>
    </table>
    ${rows.length > SHOWN ? html`<p class="note">${count(SHOWN)} of ${count(rows.length)} are shown. ${hasPlaces ? 'Choose another order to see others, or type a part of the name.' : html`Choose another order to see others, or find one by its name on the page <a href=${linkTo('procedures')}>Procedures</a>.`}</p>` : null}`;
}

interface RowProps {
  readonly row: Row;
  readonly hasPlaces: boolean;
}

function ProcedureRow({ row: { procedure, figures }, hasPlaces }: RowProps) {
  const { uri, realm, service, method, path } = procedure;
  return html`<tr>
    <th scope="row"><a href=${linkTo('procedures', realm, uri)}>${uri}</a></th>
    <td data-label="request"><code>${method} ${path}</code></td>
    ${hasPlaces ? html`<td data-label="service"><a href=${linkTo('services', service)}>${service}</a></td><td data-label="realm">${realm}</td>` : null}
    <td data-label="calls" class="num">${count(figures?.calls ?? 0)}</td>
    <td data-label="errors" class="num ${figures !== undefined && figures.errors > 0 ? 'bad' : ''}">${percent(figures?.error_ratio ?? 0)}</td>
    <td data-label="p50" class="num">${milliseconds(figures?.p50_ms ?? null)}</td>
    <td data-label="p99" class="num">${milliseconds(figures?.p99_ms ?? null)}</td>
  </tr>`;
}

const placeOf = ({ realm, uri }: { readonly realm: string; readonly uri: string }): string =>
  `${realm} ${uri}`;
