import { signal } from '@preact/signals';
import { count } from '../format.js';
import { html } from '../html.js';
import { linkTo } from '../route.js';
import { procedures } from '../state.js';

const text = signal('');
const SHOWN = 300;

/** All procedures, to find the one to try. */
export function Procedures() {
  const wanted = text.value.toLowerCase();
  const found = procedures.value.filter(({ uri, path, service }) =>
    [uri, path, service].some((field) => field.toLowerCase().includes(wanted)),
  );
  return html`
    <h1>Procedures</h1>
    <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>find <input type="search" value=${text.value} onInput=${(event: Event) => {
        text.value = (event.target as HTMLInputElement).value;
      }} /></label>
      <span class="note">${count(found.length)} of ${count(procedures.value.length)}</span>
    </form>
    <table class="wide">
      <thead><tr><th scope="col">procedure</th><th scope="col">request</th><th scope="col">service</th><th scope="col">realm</th></tr></thead>
      <tbody>${found.slice(0, SHOWN).map(
        ({ uri, realm, service, method, path }) => html`<tr key=${`${realm} ${uri}`}>
        <th scope="row"><a href=${linkTo('procedures', realm, uri)}>${uri}</a></th>
        <td data-label="request"><code>${method} ${path}</code></td>
        <td data-label="service"><a href=${linkTo('services', service)}>${service}</a></td><td data-label="realm">${realm}</td>
      </tr>`,
      )}</tbody>
    </table>
    ${found.length > SHOWN ? html`<p class="note">The first ${SHOWN} are shown. Type a part of the name to find others.</p>` : null}`;
}
