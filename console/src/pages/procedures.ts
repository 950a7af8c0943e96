import { signal } from '@preact/signals';
import type { AllTraffic } from '../../../dist/status/service-status.js';
import { count } from '../format.js';
import { html } from '../html.js';
import { useLoaded } from '../parts/loaded.js';
import { ProcedureTraffic, TrafficChoices } from '../parts/procedure-traffic.js';
import { setTo } from '../parts/set-to.js';
import { procedures } from '../state.js';

const EVERY_MS = 5_000;
const text = signal('');

/** All procedures, to find the one to try, or the slowest one. */
export function Procedures() {
  const loaded = useLoaded<AllTraffic>('traffic', EVERY_MS);
  const wanted = text.value.toLowerCase();
  const found = procedures.value.filter(({ uri, path, service }) =>
    [uri, path, service].some((field) => field.toLowerCase().includes(wanted)),
  );
  const { procedures: traffic, omitted } = loaded.kind === 'loaded' ? loaded.value : NOTHING;
  return html`
    <h1>Procedures</h1>
    <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>find <input type="search" value=${text.value} onInput=${setTo(text)} /></label>
      <${TrafficChoices} />
      <span class="note">${count(found.length)} of ${count(procedures.value.length)}</span>
    </form>
    ${loaded.kind === 'failed' ? html`<p class="banner" role="alert">${loaded.message}</p>` : null}
    <${ProcedureTraffic} procedures=${found} traffic=${traffic} hasPlaces />
    ${omitted > 0 ? html`<p class="note">The calls of ${count(omitted)} faster procedures are not shown here. The page of their service shows them.</p>` : null}`;
}

const NOTHING: AllTraffic = { procedures: [], omitted: 0 };
