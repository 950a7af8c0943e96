import type { Clock } from '../clock.js';
import type { HttpRequest } from '../upstream/http-message.js';
import type { AwsCredentialSource, AwsSigner, NoAwsSigner } from './aws-credentials.js';
import type { CredentialWait } from './credential-wait.js';
import { type CredentialOutcome, noCredential, type RequestCredential } from './request-credential.js';

export interface SignedCredentialParts {
  readonly source: AwsCredentialSource;
  readonly waitFor: CredentialWait<AwsSigner | NoAwsSigner>;
  readonly clock: Clock;
}

/**
 * Signs requests with the credentials of AWS. The upstream signs each attempt anew, because a
 * signature has a time, and covers headers and body as they are sent.
 */
export function createSignedCredential({ source, waitFor, clock }: SignedCredentialParts): RequestCredential {
  function outcomeOf(request: HttpRequest, got: AwsSigner | NoAwsSigner): CredentialOutcome {
    if (got.kind === 'none') {
      const { cause, retryAfterMs } = got;
      return { kind: 'no_credential', code: 'auth', cause, retryAfterMs };
    }
    const { credentials, sign, expiresAtWall } = got;
    return {
      kind: 'ready',
      request,
      token: undefined,
      notAfter: clock.monotonic() + (expiresAtWall - clock.wall()),
      sign: (attempt) => sign(attempt, credentials, new Date(clock.wall())),
    };
  }

  return {
    ...noCredential,
    apply(request, control) {
      const got = source.obtain();
      if (!(got instanceof Promise)) return outcomeOf(request, got);
      return waitFor(got, request, control).then((ended) =>
        ended.kind === 'no_credential' ? ended : outcomeOf(request, ended),
      );
    },
  };
}
