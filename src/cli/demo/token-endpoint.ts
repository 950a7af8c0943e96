import type { IncomingMessage } from 'node:http';
import { methodNotAllowed, type Reply, readBody } from './http-reply.js';
import type { TokenBook } from './token-book.js';

/** The credentials for the token endpoint of the demo. They are in the guide and not secret. */
export const DEMO_CLIENT = { id: 'my-client-id', secret: 'my-client-secret' } as const;

/**
 * Replies to an OAuth2 token request with client credentials (RFC 6749 section 4.4). The client may
 * send them in the form or with HTTP Basic (section 2.3.1).
 */
export async function issueToken(tokens: TokenBook, request: IncomingMessage): Promise<Reply> {
  if (request.method !== 'POST') return methodNotAllowed('POST');
  const form = new URLSearchParams(await readBody(request));
  if (form.get('grant_type') !== 'client_credentials') {
    return { status: 400, body: { error: 'unsupported_grant_type' } };
  }
  const [id, secret] = basicCredentials(request) ?? [form.get('client_id'), form.get('client_secret')];
  if (id !== DEMO_CLIENT.id || secret !== DEMO_CLIENT.secret) {
    const headers = { 'www-authenticate': 'Basic realm="demo"' };
    return { status: 401, body: { error: 'invalid_client' }, headers };
  }
  const { token, seconds } = tokens.issue();
  const body = { access_token: token, token_type: 'Bearer', expires_in: seconds };
  return { status: 200, body, headers: { 'cache-control': 'no-store' } };
}

function basicCredentials(request: IncomingMessage): [string, string] | undefined {
  const encoded = /^basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

/**
 * The reply to a request without a valid token (RFC 6750 section 3). Undefined if its token is
 * valid.
 */
export function refuseToken(tokens: TokenBook, request: IncomingMessage): Reply | undefined {
  const { authorization } = request.headers;
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined && tokens.holds(token)) return undefined;
  // Section 3.1: a request without a token gets no error code.
  const error = authorization === undefined ? '' : ', error="invalid_token"';
  const headers = { 'www-authenticate': `Bearer realm="demo"${error}` };
  return { status: 401, body: { error: 'the token is missing, unknown or expired' }, headers };
}
