import { useEffect, useState } from 'preact/hooks';
import type { ProcedurePlace, TrialForm, TrialPreview, TrialResult } from '../../../dist/status/trial.js';
import { ApiError, post } from '../api.js';
import { ERROR_ADVICE } from '../error-advice.js';
import { stringifyExact } from '../exact-json.js';
import { clockTime, counted, milliseconds } from '../format.js';
import { html } from '../html.js';
import { CopyButton } from '../parts/copy-button.js';
import { JsonView } from '../parts/json-view.js';
import { useLoaded } from '../parts/loaded.js';
import { linkTo } from '../route.js';
import { status as gatewayStatus } from '../state.js';
import { clearTrials, type KeptTrial, keepTrial, trials } from '../trials/kept-trials.js';
import { fieldText, readKwargs, withField } from '../trials/kwargs-text.js';
import { snippets } from '../trials/snippets.js';

export function Procedure({ realm, uri }: ProcedurePlace) {
  const query = new URLSearchParams({ realm, uri });
  const form = useLoaded<TrialForm>(`procedure?${query}`, 0);
  if (form.kind === 'loading') return html`<h1>${uri}</h1><p class="empty">Loading…</p>`;
  if (form.kind === 'failed') return html`<h1>${uri}</h1><p class="banner" role="alert">${form.message}</p>`;
  return html`<${Trial} key=${`${realm} ${uri}`} form=${form.value} />`;
}

function Trial({ form }: { readonly form: TrialForm }) {
  const { uri, realm, service, method, path } = form;
  const [text, setText] = useState(() => trials.value.find((kept) => isSame(kept, form))?.kwargs ?? '{}');
  const [outcome, setOutcome] = useState<TrialResult | string | undefined>(undefined);
  const [isRunning, setRunning] = useState(false);
  const read = readKwargs(text);
  const preview = usePreview(form, text);

  async function call(event: Event): Promise<void> {
    event.preventDefault();
    if (read.kind === 'mistake' || isRunning) return;
    setRunning(true);
    try {
      const result = await post<TrialResult>('call', { realm, uri, kwargs: read.kwargs });
      setOutcome(result);
      const { outcome: kind, status, duration_ms } = result;
      keepTrial({
        at: new Date().toISOString(),
        realm,
        uri,
        kwargs: text,
        result: { outcome: kind, status, duration_ms },
      });
    } catch (error) {
      setOutcome(error instanceof ApiError ? error.message : 'The call failed.');
    }
    setRunning(false);
  }

  const curl = preview?.kind === 'request' ? preview.request.curl : undefined;
  const json = read.kind === 'kwargs' ? stringifyExact(read.kwargs) : '{}';
  return html`
    <h1>${uri}</h1>
    <p><code>${method} ${path}</code> of <a href=${linkTo('services', service)}>${service}</a> in the realm ${realm}</p>
    <div class="columns try">
      <form onSubmit=${call} aria-label="Call">
        ${form.arguments.map(
          ({
            name,
            places,
            required,
            default: preset,
            type,
            choices,
            description,
          }) => html`<label class="field" key=${name}>
            <span>${name}${required ? html` <b title="there is no request without it">required</b>` : null} <small>${[...places, type].filter(Boolean).join(', ')}</small></span>
            ${description === null ? null : html`<small class="help">${description}</small>`}
            ${choices === null ? null : html`<datalist id=${`choices-${name}`}>${choices.map((choice) => html`<option key=${choice} value=${choice}></option>`)}</datalist>`}
            <input list=${choices === null ? undefined : `choices-${name}`} name=${name} required=${required} placeholder=${preset ?? ''} autocomplete="off" spellcheck=${false}
              value=${read.kind === 'kwargs' ? fieldText(read.kwargs[name], isText(type)) : ''}
              disabled=${read.kind === 'mistake'}
              onInput=${(event: Event) => read.kind === 'kwargs' && setText(withField(read.kwargs, name, (event.target as HTMLInputElement).value, isText(type)))} />
          </label>`,
        )}
        <label class="field"><span>kwargs as JSON <small>${remainingText(form)}</small></span>
          <textarea rows="8" spellcheck=${false} value=${text} aria-invalid=${read.kind === 'mistake'} onInput=${(event: Event) => setText((event.target as HTMLTextAreaElement).value)}></textarea>
        </label>
        ${read.kind === 'mistake' ? html`<p class="mistake" role="alert">${read.message}</p>` : null}
        <button type="submit" class="primary" disabled=${isRunning || read.kind === 'mistake' || !form.calls_allowed}>${isRunning ? 'Calling…' : 'Call'}</button>
        ${form.calls_allowed ? null : html`<p class="note">Calls from this page are off (admin.console_calls).</p>`}
        <p class="copies">${snippets({ realm, uri, json, curl, url: clientUrl(realm) }).map(({ label, text: snippet }) => html`<${CopyButton} key=${label} label=${label} text=${snippet} />`)}</p>
      </form>
      <div>
        <${Request} preview=${preview} />
        <${Outcome} outcome=${outcome} />
      </div>
    </div>
    <${Kept} form=${form} open=${setText} />`;
}

/** A kwarg that is text even if it looks like JSON. */
const isText = (type: string | null): boolean => type === 'string' || type === 'string or null';

const CLIENT_PROTOCOLS = ['websocket', 'rawsocket', 'universal'];

/** Where clients call a procedure of this realm. */
function clientUrl(realm: string): string | undefined {
  const { listeners = [], attached_sessions = [] } = gatewayStatus.value ?? {};
  return (
    attached_sessions.find((session) => session.realm === realm)?.router ??
    listeners.find(({ protocol }) => CLIENT_PROTOCOLS.includes(protocol))?.urls[0]
  );
}

/** The request as the user types, shortly after the last key. */
function usePreview(form: TrialForm, text: string): TrialPreview | undefined {
  const [preview, setPreview] = useState<TrialPreview | undefined>(undefined);
  const { realm, uri } = form;
  useEffect(() => {
    const read = readKwargs(text);
    if (read.kind === 'mistake') return;
    let isOpen = true;
    const timer = setTimeout(async () => {
      const fresh = await post<TrialPreview>('preview', { realm, uri, kwargs: read.kwargs }).catch(
        (error: unknown): TrialPreview => ({ kind: 'bad_request', message: (error as Error).message }),
      );
      if (isOpen) setPreview(fresh);
    }, 150);
    return () => {
      isOpen = false;
      clearTimeout(timer);
    };
  }, [realm, uri, text]);
  return preview;
}

function Request({ preview }: { readonly preview: TrialPreview | undefined }) {
  if (preview === undefined)
    return html`<section aria-label="Request"><h2>Request</h2><p class="empty">Loading…</p></section>`;
  if (preview.kind === 'bad_request')
    return html`<section aria-label="Request"><h2>Request</h2><p class="mistake" role="status">${preview.message}</p></section>`;
  const { method, url, headers, body } = preview.request;
  return html`<section aria-label="Request">
    <h2>Request</h2>
    <pre class="request"><b>${method} ${url}</b>${headers.map(({ name, value }) => `\n${name}: ${value}`)}${body === null ? '' : `\n\n${body}`}</pre>
  </section>`;
}

function Outcome({ outcome }: { readonly outcome: TrialResult | string | undefined }) {
  if (outcome === undefined) return html`<section aria-live="polite" aria-label="Result"></section>`;
  if (typeof outcome === 'string')
    return html`<section aria-live="polite" aria-label="Result"><h2>Result</h2><p class="mistake">${outcome}</p></section>`;
  const {
    outcome: kind,
    error,
    status,
    code,
    message,
    id,
    duration_ms,
    attempts,
    retry_after,
    body,
    is_cut,
    has_more,
  } = outcome;
  const [happened, advice] = (code === null ? undefined : ERROR_ADVICE[code]) ?? [];
  return html`<section aria-live="polite" aria-label="Result">
    <h2>Result</h2>
    <p><strong>${status ?? kind}</strong> ${error === null ? '' : `${error} `}in ${milliseconds(duration_ms)}, ${counted(attempts, 'attempt')}</p>
    ${
      code === null
        ? null
        : html`<dl class="fields"><div><dt>code</dt><dd>${code}</dd></div><div><dt>message</dt><dd>${message}</dd></div>
            ${happened === undefined ? null : html`<div><dt>what happened</dt><dd>${happened}</dd></div><div><dt>what to do</dt><dd>${advice}</dd></div>`}
            ${retry_after === null ? null : html`<div><dt>call again after</dt><dd>${retry_after} s</dd></div>`}
            <div><dt>id in the log</dt><dd><code>${id}</code></dd></div></dl>`
    }
    ${code === null ? html`<${Body} body=${body} />` : null}
    ${has_more ? html`<p class="note">Pages of the list are left.</p>` : null}
    ${is_cut ? html`<p class="note">The body is longer. This is its beginning.</p>` : null}
  </section>`;
}

function Body({ body }: { readonly body: TrialResult['body'] }) {
  switch (body.kind) {
    case 'json':
      return html`<${JsonView} value=${body.value} />`;
    case 'text':
      return html`<pre>${body.text}</pre>`;
    case 'bytes':
      return html`<p class="note">${counted(body.size, 'byte')}, not text</p>`;
    case 'empty':
      return html`<p class="note">The body is empty.</p>`;
  }
}

function Kept({ form, open }: { readonly form: TrialForm; readonly open: (text: string) => void }) {
  const kept = trials.value.filter((trial) => isSame(trial, form));
  if (kept.length === 0) return null;
  return html`<section aria-labelledby="kept">
    <h2 id="kept">Calls from this tab <button type="button" onClick=${clearTrials}>Clear all</button></h2>
    <ul class="kept">${kept.map(
      ({ at, kwargs, result }) => html`<li key=${at}>
        <button type="button" onClick=${() => open(kwargs)}>${clockTime(at)}</button>${' '}
        ${result.status ?? result.outcome}, ${milliseconds(result.duration_ms)} <code>${kwargs.replaceAll(/\s+/g, ' ')}</code>
      </li>`,
    )}</ul>
  </section>`;
}

const isSame = (kept: KeptTrial, { realm, uri }: ProcedurePlace): boolean =>
  kept.realm === realm && kept.uri === uri;

function remainingText({ remaining }: TrialForm): string {
  switch (remaining) {
    case 'query':
      return 'other kwargs go into the query';
    case 'body':
      return 'other kwargs go into the body';
    case 'refuse':
      return 'other kwargs are refused';
  }
}
