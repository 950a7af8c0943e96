import { useState } from 'preact/hooks';
import { html } from '../html.js';

/** Copies a text. The label says for two seconds that it has been copied. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: string }) {
  const [note, setNote] = useState('');
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setNote('copied');
    } catch {
      setNote('cannot copy here');
    }
    setTimeout(() => setNote(''), 2_000);
  }
  return html`<span class="copy"><button type="button" onClick=${copy}>Copy as ${label}</button> <output>${note}</output></span>`;
}
