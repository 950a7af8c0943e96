import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { html } from '../html.js';
import { useLoaded } from './loaded.js';

/** Stops and starts the API of the demo. Other gateways have no such switch. */
export function DemoSwitch() {
  const loaded = useLoaded<{ readonly running: boolean }>('demo/api', 0);
  const [isBusy, setBusy] = useState(false);
  if (loaded.kind !== 'loaded') return null;
  const { running } = loaded.value;
  async function toggle(): Promise<void> {
    setBusy(true);
    await post(running ? 'demo/api/stop' : 'demo/api/start').catch(() => undefined);
    loaded.reload();
    setBusy(false);
  }
  return html`<button type="button" class="demo" disabled=${isBusy} onClick=${toggle}>${running ? 'Stop the demo API' : 'Start the demo API'}</button>`;
}
