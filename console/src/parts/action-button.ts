import { useState } from 'preact/hooks';
import { ApiError, post } from '../api.js';
import { html } from '../html.js';

type Progress =
  | { readonly kind: 'idle' | 'asking' | 'running' }
  | { readonly kind: 'done' | 'failed'; readonly text: string };

export interface ActionButtonProps {
  readonly label: string;
  /** What happens. The user confirms it. */
  readonly question: string;
  readonly path: string;
}

/** A button that asks once, acts, and shows the result beside it. */
export function ActionButton({ label, question, path }: ActionButtonProps) {
  const [progress, setProgress] = useState<Progress>({ kind: 'idle' });

  async function act(): Promise<void> {
    setProgress({ kind: 'running' });
    try {
      const { detail = 'done' } = await post<{ readonly detail?: string }>(path);
      setProgress({ kind: 'done', text: detail });
    } catch (error) {
      setProgress({ kind: 'failed', text: error instanceof ApiError ? error.message : 'It failed.' });
    }
  }

  if (progress.kind === 'asking')
    return html`<span class="ask" role="group" aria-label=${label}>
      ${question}
      <button type="button" class="primary" onClick=${act} autofocus>${label}</button>
      <button type="button" onClick=${() => setProgress({ kind: 'idle' })}>Cancel</button>
    </span>`;
  return html`<span class="action">
    <button type="button" disabled=${progress.kind === 'running'} onClick=${() => setProgress({ kind: 'asking' })}>
      ${label}
    </button>
    <output class=${progress.kind}>${'text' in progress ? progress.text : ''}</output>
  </span>`;
}
