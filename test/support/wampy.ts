import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import { WebSocket } from 'ws';

/** The serializers of wampy itself; JSON is its default. */
const SERIALIZERS = {
  json: () => undefined,
  msgpack: () => new MsgpackSerializer(),
  cbor: () => new CborSerializer(),
};

/** The value of wampy's option `serializer`. */
export const wampySerializer = (format: keyof typeof SERIALIZERS): unknown => SERIALIZERS[format]();

/** Connects wampy over WebSocket, without retries. */
export async function connectWampy(
  url: string,
  realm: string,
  serializer: keyof typeof SERIALIZERS = 'json',
): Promise<{ readonly client: Wampy; readonly welcome: Readonly<Record<string, unknown>> }> {
  const chosen = wampySerializer(serializer);
  const client = new Wampy(url, {
    realm,
    autoReconnect: false,
    ws: WebSocket as never,
    ...(chosen !== undefined && { serializer: chosen as never }),
  });
  const welcome = await client.connect();
  return { client, welcome };
}
