import type { PatternStatus, RealmDetail, SessionStatus } from '../../../dist/status/realm-detail.js';
import { ago, count } from '../format.js';
import { html } from '../html.js';
import { ActionButton } from '../parts/action-button.js';
import { useLoaded } from '../parts/loaded.js';
import { linkTo } from '../route.js';
import { now, status } from '../state.js';

const EVERY_MS = 2_000;

export function Router({ realm }: { readonly realm: string | undefined }) {
  const realms = status.value?.realms ?? [];
  const open = realm ?? realms[0]?.name;
  if (status.value !== undefined && realms.length === 0)
    return html`<h1>Router</h1><p class="empty">The gateway is attached to an existing router, so it has no realms of its own. <a href="#/">Its sessions with the router</a></p>`;
  return html`
    <h1>Router</h1>
    <p class="tabs">${realms.map(
      ({ name }) =>
        html`<a key=${name} href=${linkTo('router', name)} aria-current=${name === open ? 'true' : undefined}>${name}</a>`,
    )}</p>
    ${open === undefined ? null : html`<${Realm} key=${open} name=${open} />`}`;
}

function Realm({ name }: { readonly name: string }) {
  const path = `realms/${encodeURIComponent(name)}`;
  const loaded = useLoaded<RealmDetail>(path, EVERY_MS);
  if (loaded.kind === 'loading') return html`<p class="empty">Loading…</p>`;
  if (loaded.kind === 'failed') return html`<p class="banner" role="alert">${loaded.message}</p>`;
  const { sessions, registrations, subscriptions, totals } = loaded.value;
  return html`
    <section aria-labelledby="sessions">
      <h2 id="sessions">Sessions <small>${shown(sessions.length, totals.sessions)}</small></h2>
      <table class="wide">
        <thead><tr><th scope="col">authid</th><th scope="col">role</th><th scope="col">method</th><th scope="col">transport</th><th scope="col">address</th><th scope="col">since</th><th scope="col">session</th><th scope="col"><span class="hidden">action</span></th></tr></thead>
        <tbody>${sessions.map((session) => html`<${SessionRow} key=${session.id} session=${session} path=${path} />`)}</tbody>
      </table>
      ${sessions.length === 0 ? html`<p class="empty">No client has joined this realm.</p>` : null}
    </section>
    <div class="columns">
      <${Patterns} title="Registrations" counted="callees" patterns=${registrations} total=${totals.registrations} />
      <${Patterns} title="Subscriptions" counted="subscribers" patterns=${subscriptions} total=${totals.subscriptions} />
    </div>`;
}

function SessionRow({ session, path }: { readonly session: SessionStatus; readonly path: string }) {
  const { id, authid, authrole, authmethod, transport, address, since } = session;
  return html`<tr>
    <th scope="row">${authid}</th><td data-label="role">${authrole}</td><td data-label="method">${authmethod}</td>
    <td data-label="transport">${transport}</td><td data-label="address">${address ?? '–'}</td><td data-label="since">${ago(since, now.value)}</td>
    <td data-label="session"><code>${id}</code></td>
    <td><${ActionButton} label="Kill" question="End this session?" path="${path}/sessions/${id}/kill" /></td>
  </tr>`;
}

interface PatternsProps {
  readonly title: string;
  readonly counted: string;
  readonly patterns: readonly PatternStatus[];
  readonly total: number;
}

function Patterns({ title, counted, patterns, total }: PatternsProps) {
  return html`<section aria-label=${title}>
    <h2>${title} <small>${shown(patterns.length, total)}</small></h2>
    <table>
      <thead><tr><th scope="col">URI</th><th scope="col">match</th><th scope="col" class="num">${counted}</th></tr></thead>
      <tbody>${patterns.map((pattern) => html`<tr key=${`${pattern.match} ${pattern.uri}`}><th scope="row">${pattern.uri}</th><td data-label="match">${pattern.match}</td><td data-label=${counted} class="num">${count(pattern.count)}</td></tr>`)}</tbody>
    </table>
    ${patterns.length === 0 ? html`<p class="empty">None.</p>` : null}
  </section>`;
}

const shown = (length: number, total: number): string =>
  length < total ? `the first ${count(length)} of ${count(total)}` : count(total);
