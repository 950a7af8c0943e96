import type { Variables } from '../secrets/variables.js';
import type { Credential } from './credential.js';
import { isPlaceable, placeCredential } from './placement.js';
import { type NoCredential, noCredential, type RequestCredential } from './request-credential.js';

/**
 * The credential of a service that fetches no token. It is the variable `token`, and `auth.apply.*`
 * places it. It is built when a variable changes, not for each call. After a refusal there is no
 * newer credential, so there is no retry.
 */
export function createStaticCredential({ placement }: Credential, variables: Variables): RequestCredential {
  let text = compose();
  variables.onChange(() => {
    text = compose();
  });

  function compose(): string | NoCredential {
    const vars = variables.current();
    const token = vars?.get('token');
    if (vars === undefined || token === undefined)
      return missing('secrets', 'the secret with the token has not been read yet');
    const composed = placement.format(token, vars);
    if (composed === undefined) return missing('auth', 'auth.apply.format has a variable without a value');
    return token !== '' && composed !== '' && isPlaceable(composed, placement)
      ? composed
      : missing('auth', 'the credential is not allowed where auth.apply puts it');
  }

  return {
    ...noCredential,
    apply: (request, control, now) =>
      typeof text === 'string'
        ? noCredential.apply(placeCredential(request, placement, text), control, now)
        : text,
  };
}

function missing(code: NoCredential['code'], cause: string): NoCredential {
  return { kind: 'no_credential', code, cause, retryAfterMs: undefined };
}
