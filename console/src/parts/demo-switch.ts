import { useState } from 'preact/hooks';
import { ApiError, post } from '../api.js';
import { html } from '../html.js';
import { status } from '../state.js';
import { useLoaded } from './loaded.js';

/** Stops and starts the API of the demo. Other gateways have no such switch, and are not asked. */
export function DemoSwitch() {
  return status.value?.added_paths.includes('/demo/api') ? html`<${Switch} />` : null;
}

function Switch() {
  const loaded = useLoaded<{ readonly running: boolean }>('demo/api', 0);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  if (loaded.kind !== 'loaded') return null;
  const { running } = loaded.value;
  async function toggle(): Promise<void> {
    setBusy(true);
    try {
      await post(running ? 'demo/api/stop' : 'demo/api/start');
      setProblem('');
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'It failed.');
    }
    loaded.reload();
    setBusy(false);
  }
  return html`<span class="demo action">
    <output class="failed">${problem}</output>
    <button type="button" disabled=${isBusy} onClick=${toggle}>${running ? 'Stop the demo API' : 'Start the demo API'}</button>
  </span>`;
}
