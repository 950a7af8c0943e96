import { effect } from '@preact/signals';
import type { GatewayStatus } from '../../dist/status/gateway-status.js';
import type { StatusEvent } from '../../dist/status/status-event.js';
import { get } from './api.js';
import { takeCalls } from './live-calls.js';
import { route } from './route.js';
import { connection, history, now, procedures, status } from './state.js';

const HISTORY_EVERY_MS = 10_000;

/** Keeps the signals up to date. The gateway sends calls only while the page Live is open. */
export function startStream(): void {
  let source: EventSource | undefined;
  let withCalls: boolean | undefined;

  effect(() => {
    const wantsCalls = route.value[0] === 'live';
    if (wantsCalls === withCalls) return;
    withCalls = wantsCalls;
    source?.close();
    source = open(wantsCalls);
  });
  setInterval(() => {
    now.value = Date.now();
  }, 1_000);
  setInterval(() => void loadHistory(), HISTORY_EVERY_MS);
  void loadHistory();
}

function open(withCalls: boolean): EventSource {
  const source = new EventSource(withCalls ? 'events?calls=true' : 'events');
  source.addEventListener('open', () => {
    connection.value = 'open';
  });
  // EventSource connects again by itself.
  source.addEventListener('error', () => {
    connection.value = 'lost';
  });
  source.addEventListener('status', ({ data }: MessageEvent<string>) => {
    const fresh = JSON.parse(data) as StatusEvent;
    const isOther = fresh.configuration.loaded_at !== status.value?.configuration.loaded_at;
    status.value = fresh;
    now.value = Date.now();
    if (isOther) void loadProcedures();
  });
  source.addEventListener('calls', ({ data }: MessageEvent<string>) => takeCalls(JSON.parse(data)));
  return source;
}

async function loadProcedures(): Promise<void> {
  procedures.value =
    (await get<GatewayStatus>('status').catch(() => undefined))?.procedures ?? procedures.value;
}

async function loadHistory(): Promise<void> {
  history.value = (await get<typeof history.value>('history').catch(() => undefined)) ?? history.value;
}
