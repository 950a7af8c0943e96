import type { ServiceStatus } from '../../../dist/status/service-status.js';
import type { StatusEvent } from '../../../dist/status/status-event.js';
import { ago, count, duration, milliseconds, percent, rate } from '../format.js';
import { html } from '../html.js';
import { Alarms } from '../parts/alarms.js';
import { secretText, tokenText } from '../parts/credential-text.js';
import { Fields } from '../parts/fields.js';
import { Sparkline } from '../parts/sparkline.js';
import { StateMark } from '../parts/state-mark.js';
import { linkTo } from '../route.js';
import { history, now, status } from '../state.js';

/** Services that need attention come first. */
const ORDER: readonly ServiceStatus['state'][] = ['down', 'waiting', 'disabled', 'up'];
const byUrgency = (one: ServiceStatus, other: ServiceStatus): number =>
  ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || one.name.localeCompare(other.name);

export function Overview() {
  const current = status.value;
  if (current === undefined) return html`<p class="empty">Loading…</p>`;
  return html`
    <h1>Overview</h1>
    <${Alarms} />
    <section aria-labelledby="services">
      <h2 id="services">Services</h2>
      <table class="wide services">
        <thead>
          <tr>
            <th scope="col">service</th><th scope="col">state</th><th scope="col">since</th>
            <th scope="col" class="num">calls</th><th scope="col" class="num">errors</th>
            <th scope="col" class="num">p50</th><th scope="col" class="num">p99</th>
            <th scope="col" class="num">in flight</th><th scope="col">15 minutes</th>
            <th scope="col">token</th><th scope="col">secret</th>
          </tr>
        </thead>
        <tbody>${current.services.toSorted(byUrgency).map((service) => html`<${Row} key=${service.name} service=${service} />`)}</tbody>
      </table>
      ${current.services.length === 0 ? html`<p class="empty">No service is configured.</p>` : null}
    </section>
    <${Gateway} current=${current} />
    <${Places} current=${current} />`;
}

function Row({ service }: { readonly service: ServiceStatus }) {
  const { name, state, since, reason, last_minute, last_error, in_flight, token, secret } = service;
  return html`<tr>
    <th scope="row"><a href=${linkTo('services', name)}>${name}</a></th>
    <td data-label="state"><${StateMark} state=${state} />${reason === null ? null : html`<small>${reason}</small>`}</td>
    <td data-label="since">${ago(since, now.value)}</td>
    <td data-label="calls" class="num">${rate(last_minute.calls)}</td>
    <td data-label="errors" class="num ${last_minute.errors > 0 ? 'bad' : ''}">${percent(last_minute.error_ratio)}${last_minute.errors > 0 && last_error !== null ? html`<small>${last_error.outcome}</small>` : null}</td>
    <td data-label="p50" class="num">${milliseconds(last_minute.p50_ms)}</td>
    <td data-label="p99" class="num">${milliseconds(last_minute.p99_ms)}</td>
    <td data-label="in flight" class="num">${count(in_flight)}</td>
    <td data-label="15 minutes"><${Sparkline} history=${history.value[name]} /></td>
    <td data-label="token">${tokenText(token)}</td>
    <td data-label="secret">${secretText(secret)}</td>
  </tr>`;
}

function Gateway({ current }: { readonly current: StatusEvent }) {
  const { configuration, version, node_version, uptime_seconds, mode } = current;
  const { file, loaded_at, last_reload } = configuration;
  const reloaded =
    last_reload === null
      ? 'none'
      : `${last_reload.outcome === 'ok' ? 'succeeded' : 'failed'} ${ago(last_reload.at, now.value)}`;
  return html`<section aria-labelledby="gateway">
    <h2 id="gateway">Gateway</h2>
    <${Fields} rows=${[
      ['version', `${version} on Node ${node_version}`],
      ['uptime', duration(uptime_seconds)],
      ['mode', mode],
      [
        'configuration',
        html`<a href=${linkTo('configuration')}>${file ?? 'from a program'}</a>, loaded ${ago(loaded_at, now.value)}`,
      ],
      ['last reload', reloaded],
    ]} />
  </section>`;
}

function Places({ current: { realms, listeners, attached_sessions } }: { readonly current: StatusEvent }) {
  return html`<div class="columns">
    ${
      realms.length === 0
        ? null
        : html`<section aria-labelledby="realms">
      <h2 id="realms">Realms</h2>
      <table>
        <thead><tr><th scope="col">realm</th><th scope="col" class="num">sessions</th><th scope="col" class="num">registrations</th><th scope="col" class="num">subscriptions</th></tr></thead>
        <tbody>${realms.map(
          ({ name, sessions, registrations, subscriptions }) => html`<tr key=${name}>
          <th scope="row"><a href=${linkTo('router', name)}>${name}</a></th>
          <td data-label="sessions" class="num">${count(sessions)}</td><td data-label="registrations" class="num">${count(registrations)}</td><td data-label="subscriptions" class="num">${count(subscriptions)}</td>
        </tr>`,
        )}</tbody>
      </table>
    </section>`
    }
    ${
      attached_sessions.length === 0
        ? null
        : html`<section aria-labelledby="attached">
      <h2 id="attached">Sessions with the router</h2>
      <table>
        <thead><tr><th scope="col">realm</th><th scope="col">router</th><th scope="col">state</th><th scope="col" class="num">procedures</th></tr></thead>
        <tbody>${attached_sessions.map(
          ({ realm, router, state, cause, registered_procedures, procedures }) => html`<tr key=${realm}>
          <th scope="row">${realm}</th><td data-label="router">${router}</td>
          <td data-label="state">${state}${cause === null ? null : html`<small>${cause}</small>`}</td>
          <td data-label="procedures" class="num">${count(registered_procedures)} of ${count(procedures)}</td>
        </tr>`,
        )}</tbody>
      </table>
    </section>`
    }
    <section aria-labelledby="listeners">
      <h2 id="listeners">Listeners</h2>
      <table>
        <thead><tr><th scope="col">listener</th><th scope="col">address</th><th scope="col" class="num">connections</th><th scope="col">certificate</th></tr></thead>
        <tbody>${listeners.map(
          ({ name, urls, connections, certificate_expires_at }) => html`<tr key=${name}>
          <th scope="row">${name}</th><td data-label="address">${urls.join(', ')}</td><td data-label="connections" class="num">${count(connections)}</td>
          <td data-label="certificate">${certificate_expires_at === null ? '–' : `expires in ${duration((Date.parse(certificate_expires_at) - now.value) / 1_000)}`}</td>
        </tr>`,
        )}</tbody>
      </table>
    </section>
  </div>`;
}
