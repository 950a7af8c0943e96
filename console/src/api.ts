import { parseExact, stringifyExact } from './exact-json.js';

/** A response of the gateway that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly problems: readonly string[] = [],
  ) {
    super(message);
  }
}

/**
 * Asks the gateway.
 *
 * @param path relative, so that the console also works behind a path prefix
 * @throws ApiError with a sentence for the user
 */
export function get<T>(path: string): Promise<T> {
  return request<T>(path, { method: 'GET' });
}

/** @param body sent as JSON; nothing is sent without it */
export function post<T>(path: string, body?: object): Promise<T> {
  return request<T>(path, {
    method: 'POST',
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: stringifyExact(body),
    }),
  });
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, cache: 'no-store' });
  } catch {
    throw new ApiError(0, 'The gateway does not respond. Check that it runs.');
  }
  const body = await bodyOf(response);
  if (response.ok) return body as T;
  const message =
    typeof body.message === 'string' ? body.message : `The gateway answered ${response.status}.`;
  const problems = Array.isArray(body.problems) ? body.problems.map(String) : [];
  throw new ApiError(response.status, message, problems);
}

/** A response that is not JSON has neither a message nor problems. */
async function bodyOf(
  response: Response,
): Promise<{ readonly message?: unknown; readonly problems?: unknown }> {
  try {
    return parseExact(await response.text()) as object;
  } catch {
    return {};
  }
}
