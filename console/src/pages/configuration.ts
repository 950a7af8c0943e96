import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { ReloadChange, ReloadKey } from '../../../dist/status/actions.js';
import type { ConfigurationDetail } from '../../../dist/status/effective-key.js';
import { ApiError, post } from '../api.js';
import { counted } from '../format.js';
import { html } from '../html.js';
import { useLoaded } from '../parts/loaded.js';
import { setTo } from '../parts/set-to.js';
import { status } from '../state.js';

const text = signal('');
const onlyWritten = signal(true);
const SHOWN = 500;

interface ReloadAnswer {
  readonly changes: readonly ReloadChange[];
  readonly notices: readonly string[];
  /** Only before a reload. */
  readonly keys?: readonly ReloadKey[];
}

export function Configuration() {
  const loadedAt = status.value?.configuration.loaded_at ?? '';
  return html`
    <h1>Configuration</h1>
    <p>${status.value?.configuration.file ?? ''}</p>
    <${Reload} />
    <${Keys} key=${loadedAt} />`;
}

type Progress =
  | { readonly kind: 'idle' | 'running' }
  | { readonly kind: 'preview' | 'done'; readonly answer: ReloadAnswer }
  | { readonly kind: 'failed'; readonly message: string; readonly problems: readonly string[] };

function Reload() {
  const [progress, setProgress] = useState<Progress>({ kind: 'idle' });
  async function run(dryRun: boolean): Promise<void> {
    setProgress({ kind: 'running' });
    try {
      const answer = await post<ReloadAnswer>(dryRun ? 'reload?dry_run=true' : 'reload');
      setProgress({ kind: dryRun ? 'preview' : 'done', answer });
    } catch (error) {
      const { message, problems } = error instanceof ApiError ? error : new ApiError(0, 'It failed.');
      setProgress({ kind: 'failed', message, problems });
    }
  }
  const isRunning = progress.kind === 'running';
  return html`<section aria-labelledby="reload">
    <h2 id="reload">Reload</h2>
    <p>
      <button type="button" disabled=${isRunning} onClick=${() => run(true)}>Show what would change</button>
      ${progress.kind === 'preview' ? html` <button type="button" class="primary" onClick=${() => run(false)}>Reload now</button>` : null}
    </p>
    <div aria-live="polite"><${ReloadResult} progress=${progress} /></div>
  </section>`;
}

function ReloadResult({ progress }: { readonly progress: Progress }) {
  switch (progress.kind) {
    case 'idle':
    case 'running':
      return null;
    case 'failed':
      return html`<p class="mistake">${progress.message}</p><ul class="problems">${progress.problems.map((problem) => html`<li>${problem}</li>`)}</ul>`;
    default: {
      const { changes, keys = [] } = progress.answer;
      if (changes.length === 0)
        return html`<p>The files are the same as the configuration in use: nothing changes.</p>`;
      return html`<p>${progress.kind === 'done' ? 'The new configuration is in use.' : 'A reload would do this:'}</p>
        <table>
          <thead><tr><th scope="col">what</th><th scope="col">change</th><th scope="col">effect</th></tr></thead>
          <tbody>${changes.map(({ what, name, change, effect }) => html`<tr><th scope="row">${what} ${name}</th><td data-label="change">${change}</td><td data-label="effect">${effect === '' ? EFFECTS[change] : effect}</td></tr>`)}</tbody>
        </table>
        <${ChangedKeys} keys=${keys} />`;
    }
  }
}

/** What a change means if it disturbs nobody. */
const EFFECTS: Readonly<Record<ReloadChange['change'], string>> = {
  added: 'available from then on; nothing else changes',
  changed: 'the next call uses it; no session ends',
  removed: 'no session ends',
};

function ChangedKeys({ keys }: { readonly keys: readonly ReloadKey[] }) {
  if (keys.length === 0) return null;
  return html`<table class="wide">
    <thead><tr><th scope="col">changed key</th><th scope="col">in use</th><th scope="col">in the file</th></tr></thead>
    <tbody>${keys.map(({ key, before, after }) => html`<tr key=${key}><th scope="row"><code>${key}</code></th><td data-label="in use"><code>${before ?? '–'}</code></td><td data-label="in the file"><code>${after ?? '–'}</code></td></tr>`)}</tbody>
  </table>`;
}

function Keys() {
  const loaded = useLoaded<ConfigurationDetail>('configuration', 0);
  if (loaded.kind === 'loading') return html`<p class="empty">Loading…</p>`;
  if (loaded.kind === 'failed') return html`<p class="banner" role="alert">${loaded.message}</p>`;
  const { keys, notices, omitted } = loaded.value;
  const wanted = text.value.toLowerCase();
  const found = keys.filter(
    ({ key, source }) => key.toLowerCase().includes(wanted) && !(onlyWritten.value && source === 'default'),
  );
  return html`
    ${notices.length === 0 ? null : html`<section aria-labelledby="notices"><h2 id="notices">Notices</h2><ul class="problems">${notices.map((notice) => html`<li>${notice}</li>`)}</ul></section>`}
    <section aria-labelledby="keys">
      <h2 id="keys">Keys in effect</h2>
      <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
        <label>find <input type="search" value=${text.value} onInput=${setTo(text)} /></label>
        <label class="check"><input type="checkbox" checked=${!onlyWritten.value} onChange=${(
          event: Event,
        ) => {
          onlyWritten.value = !(event.target as HTMLInputElement).checked;
        }} /> with defaults</label>
        <span class="note">${counted(found.length, 'key')}</span>
      </form>
      <table class="wide">
        <thead><tr><th scope="col">key</th><th scope="col">value</th><th scope="col">from</th></tr></thead>
        <tbody>${found.slice(0, SHOWN).map(({ key, value, source }) => html`<tr key=${key}><th scope="row"><code>${key}</code></th><td data-label="value"><code>${value}</code></td><td data-label="from">${source}</td></tr>`)}</tbody>
      </table>
      ${omitted > 0 ? html`<p class="note">The gateway has ${counted(omitted, 'more key')} that ${omitted === 1 ? 'is' : 'are'} not listed.</p>` : null}
      ${found.length > SHOWN ? html`<p class="note">The first ${SHOWN} are shown. Type a part of the key to find others.</p>` : null}
    </section>`;
}
