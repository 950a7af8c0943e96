import type { RequestCredential } from '../auth/request-credential.js';
import type { Logger } from '../log.js';
import type { Variables } from '../secrets/variables.js';
import type { ActionOutcome, ServiceAction } from '../status/actions.js';
import type { Liveness } from '../upstream/liveness.js';

export interface ServiceActionParts {
  readonly liveness: Liveness;
  readonly requestCredential: RequestCredential;
  readonly variables: Variables;
  readonly log: Logger;
  /** For the log. */
  readonly service: string;
}

/** Does what an operator asks of one service. */
export type ServiceActions = (action: ServiceAction) => Promise<ActionOutcome>;

export function createServiceActions(parts: ServiceActionParts): ServiceActions {
  const { liveness, log, service } = parts;

  function setDisabled(isDisabled: boolean): ActionOutcome {
    const state = isDisabled ? 'disabled' : 'enabled';
    if (liveness.isDisabled === isDisabled) return done(`the service is ${state} already`);
    liveness.isDisabled = isDisabled;
    log.warn({ service }, `an operator has ${state} the service`);
    return done(`the service is ${state}`);
  }

  return async (action) => {
    switch (action) {
      case 'enable':
        return setDisabled(false);
      case 'disable':
        return setDisabled(true);
      case 'probe':
        return await probe(liveness);
      case 'refresh_token':
        return await refreshToken(parts.requestCredential);
      case 'refresh_secret':
        return await refreshSecret(parts.variables);
    }
  };
}

async function probe(liveness: Liveness): Promise<ActionOutcome> {
  const sent = liveness.probeNow();
  if (sent === undefined) {
    return impossible('no probe can be sent: liveness.enabled is off, or base_url waits for a secret');
  }
  const outcome = await sent;
  return outcome.kind === 'failure'
    ? failed(outcome.cause)
    : done(`the API responded with status ${outcome.status}`);
}

async function refreshToken({ token }: RequestCredential): Promise<ActionOutcome> {
  if (token === undefined) return impossible('the service fetches no token (auth.fetch)');
  const got = await token.renew();
  if (got.kind === 'dropped') {
    return done(`${got.count} tokens are dropped; the next call of each caller fetches a new one`);
  }
  return got.kind === 'token' ? done('a new token is in use') : failed(got.cause);
}

async function refreshSecret(variables: Variables): Promise<ActionOutcome> {
  if (variables.secret === undefined) return impossible('the service reads no secret (auth.secrets)');
  await variables.reread();
  const { cause } = variables.secret.reads;
  return cause === undefined ? done('the secret has been read') : failed(cause);
}

const done = (detail: string): ActionOutcome => ({ kind: 'done', detail });
const failed = (reason: string): ActionOutcome => ({ kind: 'failed', reason });
const impossible = (reason: string): ActionOutcome => ({ kind: 'impossible', reason });
