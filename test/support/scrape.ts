import type { Gateway } from '../../src/assembly/create-gateway.js';
import { readMetrics, type ScrapedMetrics } from './prometheus-text.js';

/** The lines of a configuration that open an admin listener on a free port. */
export const ADMIN_LINES = ['', 'listeners.ops.protocol = admin', 'listeners.ops.port = 0'] as const;

/** Reads `GET /metrics` of a gateway's first admin listener. */
export async function scrapeText({ adminEndpoints }: Pick<Gateway, 'adminEndpoints'>): Promise<string> {
  const response = await fetch(`${adminEndpoints[0]}/metrics`);
  if (response.status !== 200) throw new Error(`GET /metrics: ${response.status}`);
  return response.text();
}

export async function scrape(gateway: Pick<Gateway, 'adminEndpoints'>): Promise<ScrapedMetrics> {
  return readMetrics(await scrapeText(gateway));
}
