import type { Variables } from '../secrets/variables.js';
import type { Credential } from './credential.js';
import { isPlaceable, placeCredential } from './placement.js';
import { type NoCredential, noCredential, type RequestCredential } from './request-credential.js';

/**
 * The credential of a service that fetches none: the variable `token`, placed as `auth.apply.*` says. It is put together
 * when a variable changes, not for each call. Nothing is tried again after a refusal, as there is nothing newer.
 */
export function createStaticCredential({ placement }: Credential, variables: Variables): RequestCredential {
  let text = compose();
  variables.onChange(() => {
    text = compose();
  });

  function compose(): string | NoCredential {
    const vars = variables.current();
    const token = vars?.get('token');
    if (vars === undefined || token === undefined) return missing('secrets', 'the token comes from a secret');
    const composed = placement.format(token, vars);
    if (composed === undefined) return missing('auth', 'auth.apply.format has a variable without a value');
    return token !== '' && composed !== '' && isPlaceable(composed, placement)
      ? composed
      : missing('auth', 'the credential cannot stand where auth.apply says');
  }

  return {
    ...noCredential,
    apply: (request, control) =>
      typeof text === 'string'
        ? noCredential.apply(placeCredential(request, placement, text), control)
        : text,
  };
}

function missing(code: NoCredential['code'], cause: string): NoCredential {
  return { kind: 'unauthorised', code, cause, retryInMs: undefined };
}
