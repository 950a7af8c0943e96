import { effect } from '@preact/signals';
import type { GatewayStatus } from '../../dist/status/gateway-status.js';
import type { StatusEvent } from '../../dist/status/status-event.js';
import { get } from './api.js';
import { takeCalls } from './live-calls.js';
import { route } from './route.js';
import { connection, history, now, procedures, status } from './state.js';

const HISTORY_EVERY_MS = 10_000;
/** The gateway sends the status every two seconds. After this time without one, it hangs. */
const SILENCE_MS = 10_000;
const RETRY_MS = 3_000;

/** Keeps the signals up to date. The gateway sends calls only while the page Live is open. */
export function startStream(): void {
  let source: EventSource | undefined;
  let withCalls: boolean | undefined;
  let lastStatusAt = 0;
  /** The configuration whose procedures are on the page. */
  let proceduresOf = '';

  effect(() => {
    const wantsCalls = route.value[0] === 'live';
    if (wantsCalls === withCalls) return;
    withCalls = wantsCalls;
    reopen();
  });
  setInterval(() => {
    now.value = Date.now();
    if (connection.value === 'open' && now.value - lastStatusAt > SILENCE_MS) connection.value = 'lost';
  }, 1_000);
  // EventSource connects again by itself, but not after an answer such as 502 of a proxy.
  setInterval(() => {
    if (source?.readyState === EventSource.CLOSED) reopen();
  }, RETRY_MS);
  setInterval(() => void loadHistory(), HISTORY_EVERY_MS);
  void loadHistory();

  function reopen(): void {
    source?.close();
    source = open(withCalls === true, onStatus);
  }

  function onStatus(fresh: StatusEvent): void {
    status.value = fresh;
    lastStatusAt = now.value = Date.now();
    connection.value = 'open';
    if (fresh.configuration.loaded_at !== proceduresOf) void loadProcedures();
  }

  /** If it fails, the next status tries again. */
  async function loadProcedures(): Promise<void> {
    const loaded = await get<GatewayStatus>('status').catch(() => undefined);
    if (loaded === undefined) return;
    procedures.value = loaded.procedures;
    proceduresOf = loaded.configuration.loaded_at;
  }
}

function open(withCalls: boolean, onStatus: (fresh: StatusEvent) => void): EventSource {
  const source = new EventSource(withCalls ? 'events?calls=true' : 'events');
  source.addEventListener('error', () => {
    connection.value = 'lost';
  });
  source.addEventListener('status', ({ data }: MessageEvent<string>) => onStatus(JSON.parse(data)));
  source.addEventListener('calls', ({ data }: MessageEvent<string>) => takeCalls(JSON.parse(data)));
  return source;
}

async function loadHistory(): Promise<void> {
  history.value = (await get<typeof history.value>('history').catch(() => undefined)) ?? history.value;
}
