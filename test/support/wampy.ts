import { Wampy } from 'wampy';
import { WebSocket } from 'ws';

/** Connects wampy over ws, without retries. */
export async function connectWampy(
  url: string,
  realm: string,
): Promise<{ readonly client: Wampy; readonly welcome: Readonly<Record<string, unknown>> }> {
  const client = new Wampy(url, { realm, autoReconnect: false, ws: WebSocket as never });
  const welcome = await client.connect();
  return { client, welcome };
}
