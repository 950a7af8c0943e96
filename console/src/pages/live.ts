import { signal } from '@preact/signals';
import type { LiveCall } from '../../../dist/status/live-calls.js';
import { clockTime, count, counted, milliseconds } from '../format.js';
import { html } from '../html.js';
import { droppedCalls, isFrozen, liveCalls } from '../live-calls.js';
import { setTo } from '../parts/set-to.js';
import { status } from '../state.js';

const text = signal('');
const service = signal('');
const outcome = signal('');

/** An outcome that is missing here does not compile. */
const OUTCOMES = Object.keys({
  ok: true,
  redirect: true,
  client_error: true,
  server_error: true,
  bad_request: true,
  auth: true,
  secrets: true,
  connect: true,
  tls: true,
  timeout: true,
  bad_answer: true,
  too_large: true,
  overload: true,
  rate_limited: true,
  down: true,
  canceled: true,
  internal: true,
} satisfies Record<LiveCall['outcome'], true>);

/** How many rows are on the page. */
const SHOWN = 200;

export function Live() {
  const found = liveCalls.value.filter(({ call }) => matches(call));
  return html`
    <h1>Live</h1>
    <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>text <input type="search" value=${text.value} onInput=${setTo(text)} placeholder="procedure, authid, id, trace" size="28" /></label>
      <label>service <select value=${service.value} onChange=${setTo(service)}>
        <option value="">all</option>${(status.value?.services ?? []).map(({ name }) => html`<option value=${name}>${name}</option>`)}
      </select></label>
      <label>outcome <select value=${outcome.value} onChange=${setTo(outcome)}>
        <option value="">all</option>${OUTCOMES.map((each) => html`<option value=${each}>${each}</option>`)}
      </select></label>
      <button type="button" aria-pressed=${isFrozen.value} onClick=${() => {
        isFrozen.value = !isFrozen.value;
      }}>${isFrozen.value ? 'Continue' : 'Freeze'}</button>
      <span class="note">${counted(found.length, 'call')}${droppedCalls.value > 0 ? `, ${count(droppedCalls.value)} more were too many to show` : ''}</span>
    </form>
    <table class="wide live">
      <thead><tr>
        <th scope="col">time</th><th scope="col">procedure</th><th scope="col">caller</th><th scope="col">outcome</th><th scope="col" class="num">status</th>
        <th scope="col" class="num">duration</th><th scope="col" class="num">attempts</th><th scope="col">id</th><th scope="col">trace</th>
      </tr></thead>
      <tbody>${found.slice(0, SHOWN).map(({ number, call }) => html`<${Row} key=${number} call=${call} />`)}</tbody>
    </table>
    ${found.length === 0 ? html`<p class="empty">${liveCalls.value.length === 0 ? 'No call has ended since this page was opened.' : 'No call matches the filter.'}</p>` : null}`;
}

function Row({ call }: { readonly call: LiveCall }) {
  return html`<tr>
    <td><time datetime=${call.at}>${clockTime(call.at)}</time></td>
    <th scope="row" data-label="procedure">${call.procedure}</th>
    <td data-label="caller">${call.authid ?? 'anonymous'}</td>
    <td data-label="outcome">${call.outcome}</td>
    <td data-label="status" class="num">${call.status ?? '–'}</td>
    <td data-label="duration" class="num">${milliseconds(call.duration_ms)}</td>
    <td data-label="attempts" class="num">${call.attempts}</td>
    <td data-label="id"><code>${call.id ?? '–'}</code></td>
    <td data-label="trace"><code>${call.trace_id ?? '–'}</code></td>
  </tr>`;
}

function matches(call: LiveCall): boolean {
  if (service.value !== '' && call.service !== service.value) return false;
  if (outcome.value !== '' && call.outcome !== outcome.value) return false;
  const wanted = text.value.toLowerCase();
  return (
    wanted === '' ||
    [call.procedure, call.authid, call.id, call.trace_id].some((field) =>
      field?.toLowerCase().includes(wanted),
    )
  );
}
