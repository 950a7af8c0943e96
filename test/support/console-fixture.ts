import { type GatewayFixture, type GatewayFixtureOptions, openGatewayFixture } from './gateway-fixture.js';

export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is a JSON object. */
  readonly json: Record<string, unknown>;
}

/** A gateway with an admin listener, and a client that asks as the console does. */
export interface ConsoleFixture extends GatewayFixture {
  /** The URL of the admin listener. */
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<ConsoleAnswer>;
  /** Sends JSON; text is sent unchanged. */
  post(path: string, body?: object | string, init?: RequestInit): Promise<ConsoleAnswer>;
}

/** @param lines added to the guide's billing service; `+` stands for the service's prefix */
export async function openConsole(
  lines: readonly string[] = [],
  options: Omit<GatewayFixtureOptions, 'lines'> = {},
): Promise<ConsoleFixture> {
  const admin = ['listeners.ops.protocol = admin', 'listeners.ops.port = 0'];
  const fixture = await openGatewayFixture({ ...options, lines: [...admin, ...lines] });
  const [url = ''] = fixture.gateway.adminEndpoints;
  return {
    ...fixture,
    url,
    get: async (path, init) => read(await fetch(`${url}${path}`, init)),
    async post(path, body, init) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const headers = { ...(body !== undefined && { 'content-type': 'application/json' }), ...init?.headers };
      return read(await fetch(`${url}${path}`, { ...init, method: 'POST', body: text ?? null, headers }));
    },
  };
}

async function read(response: Response): Promise<ConsoleAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, json: text.startsWith('{') ? JSON.parse(text) : {} };
}
