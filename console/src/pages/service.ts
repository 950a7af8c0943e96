import type { FailedCall, ServiceDetail, ServiceStatus } from '../../../dist/status/service-status.js';
import { causeText } from '../cause-text.js';
import { ago, clockTime, count, counted, elapsed, milliseconds, percent } from '../format.js';
import { html } from '../html.js';
import { ActionButton } from '../parts/action-button.js';
import { secretText, tokenText } from '../parts/credential-text.js';
import { Fields } from '../parts/fields.js';
import { useLoaded } from '../parts/loaded.js';
import { ProcedureTraffic, TrafficChoices } from '../parts/procedure-traffic.js';
import { Sparkline } from '../parts/sparkline.js';
import { StateMark } from '../parts/state-mark.js';
import { history, now, procedures, status } from '../state.js';

const EVERY_MS = 5_000;

export function Service({ name }: { readonly name: string }) {
  const path = `services/${encodeURIComponent(name)}`;
  const loaded = useLoaded<ServiceDetail>(path, EVERY_MS);
  const service = status.value?.services.find((each) => each.name === name);
  if (status.value === undefined) return html`<p class="empty">Loading…</p>`;
  if (service === undefined)
    return html`<h1>${name}</h1><p class="empty">There is no service with this name. <a href="#/">All services</a></p>`;
  const detail = loaded.kind === 'loaded' ? loaded.value : undefined;
  return html`
    <h1>${name} <${StateMark} state=${service.state} /></h1>
    ${service.reason === null ? null : html`<p>Calls are refused, because ${whyOf(service)}.</p>`}
    <${Facts} service=${service} />
    <${Actions} service=${service} path=${path} />
    ${loaded.kind === 'failed' ? html`<p class="banner" role="alert">${loaded.message}</p>` : null}
    <${Procedures} service=${name} traffic=${detail?.procedures} />
    <${Errors} errors=${detail?.errors} />`;
}

/** The reason, with what the last probe met. */
function whyOf({ state, reason, probe }: ServiceStatus): string {
  const cause = state === 'down' && probe?.outcome === 'error' ? probe.cause : null;
  return cause === null ? (reason ?? '') : `${reason}: ${causeText(cause)}`;
}

function Facts({ service }: { readonly service: ServiceStatus }) {
  const { base_url, since, last_minute, last_hour, in_flight, pool, breaker, probe, token, secret } = service;
  const figures = ({ calls, error_ratio, p50_ms, p99_ms }: ServiceStatus['last_hour']) =>
    `${counted(calls, 'call')}, ${percent(error_ratio)} failed, p50 ${milliseconds(p50_ms)}, p99 ${milliseconds(p99_ms)}`;
  return html`<section aria-label="Facts" class="columns">
    <${Fields} rows=${[
      ['API', base_url],
      ['in this state', `for ${elapsed(since, now.value)}`],
      ['last minute', figures(last_minute)],
      ['last 15 minutes', html`<${Sparkline} history=${history.value[service.name]} />`],
      ['last hour', figures(last_hour)],
      ['in flight', count(in_flight)],
    ]} />
    <${Fields} rows=${[
      ['connections', `${count(pool.busy)} busy, ${count(pool.idle)} idle, at most ${count(pool.size)}`],
      ['streams', count(pool.streams)],
      ['waiting for a connection', count(pool.waiting)],
      ['circuit breaker', breaker === null ? 'off' : breaker.replace('_', '-')],
      ['last probe', probeText(probe, now.value)],
      ['token', token === null ? 'not used' : tokenText(token)],
      ['secret', secret === null ? 'not used' : `${secretText(secret)} (${secret.provider})`],
      ...(secret?.cause ? ([['why the secret is not read', secret.cause]] as const) : []),
    ]} />
  </section>`;
}

function probeText(probe: ServiceStatus['probe'], time: number): string {
  if (probe === null) return 'none yet';
  const { outcome, at, duration_ms, cause } = probe;
  return outcome === 'ok'
    ? `good, ${milliseconds(duration_ms)}, ${ago(at, time)}`
    : `failed ${ago(at, time)}: ${causeText(cause ?? '')}`;
}

function Actions({ service, path }: { readonly service: ServiceStatus; readonly path: string }) {
  const isDisabled = service.state === 'disabled';
  return html`<section aria-label="Actions" class="actions">
    <${ActionButton} label="Probe" question="Send a probe to the API now?" path="${path}/probe" />
    ${service.token === null ? null : html`<${ActionButton} label="Refresh token" question="Fetch a new token now?" path="${path}/refresh-token" />`}
    ${service.secret === null ? null : html`<${ActionButton} label="Refresh secret" question="Read the secret again now?" path="${path}/refresh-secret" />`}
    ${
      isDisabled
        ? html`<${ActionButton} key="enable" label="Enable" question="Send calls to the API again?" path="${path}/enable" />`
        : html`<${ActionButton} key="disable" label="Disable" question="Refuse all calls of this service from now on?" path="${path}/disable" />`
    }
  </section>`;
}

interface ProceduresProps {
  readonly service: string;
  readonly traffic: ServiceDetail['procedures'] | undefined;
}

function Procedures({ service, traffic }: ProceduresProps) {
  const own = procedures.value.filter((procedure) => procedure.service === service);
  return html`<section aria-labelledby="procedures">
    <h2 id="procedures">Procedures</h2>
    <p class="filters"><${TrafficChoices} /></p>
    <${ProcedureTraffic} procedures=${own} traffic=${traffic} hasPlaces=${false} />
  </section>`;
}

function Errors({ errors }: { readonly errors: readonly FailedCall[] | undefined }) {
  return html`<section aria-labelledby="errors">
    <h2 id="errors">Last failed calls</h2>
    ${
      errors === undefined || errors.length === 0
        ? html`<p class="empty">${errors === undefined ? 'Loading…' : 'None since the start.'}</p>`
        : html`<table class="wide">
            <thead><tr><th scope="col">time</th><th scope="col">outcome</th><th scope="col">cause</th><th scope="col">procedure</th><th scope="col">id in the log</th></tr></thead>
            <tbody>${errors.map(
              ({ id, at, outcome, procedure, cause }) => html`<tr key=${id}>
              <td><time datetime=${at}>${clockTime(at)}</time></td><td data-label="outcome">${outcome}</td><td data-label="cause">${cause ?? '–'}</td>
              <td data-label="procedure">${procedure}</td><td data-label="id"><code>${id}</code></td>
            </tr>`,
            )}</tbody>
          </table>`
    }
  </section>`;
}
