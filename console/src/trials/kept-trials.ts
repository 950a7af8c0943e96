import { signal } from '@preact/signals';
import type { TrialResult } from '../../../dist/status/trial.js';

/** A call that was tried in this browser tab. */
export interface KeptTrial {
  readonly at: string;
  readonly realm: string;
  readonly uri: string;
  /** The kwargs as JSON text. */
  readonly kwargs: string;
  readonly result: Pick<TrialResult, 'outcome' | 'status' | 'duration_ms'>;
}

const KEY = 'rpc-gateway trials';
const KEPT = 100;

/** The newest first. They are gone when the tab is closed. */
export const trials = signal<readonly KeptTrial[]>(read());

export function keepTrial(trial: KeptTrial): void {
  write([trial, ...trials.value].slice(0, KEPT));
}

export const clearTrials = (): void => write([]);

function write(kept: readonly KeptTrial[]): void {
  trials.value = kept;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // The storage is full or not allowed. The list lives as long as the page.
  }
}

function read(): readonly KeptTrial[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.slice(0, KEPT) : [];
  } catch {
    return [];
  }
}
