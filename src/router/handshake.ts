import type { Clock } from '../clock.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { Admission, Challenged, Step } from './auth/steps.js';
import type { Refusal } from './refusals.js';

export interface HandshakeOptions {
  readonly clock: Clock;
  readonly challenge: (step: Challenged) => void;
  readonly admit: (admission: Admission) => void;
  readonly refuse: (refusal: Refusal) => void;
  /** Called when the client sends a message that is not allowed before WELCOME. */
  readonly violate: (message: string) => void;
  /** Called with an error that is a bug in the router. */
  readonly fail: (error: unknown) => void;
  /**
   * Called when the client has answered the challenge. From now on the client waits for the router.
   */
  readonly answered: () => void;
  /** Called when the result of the login is known. The client may get the result later. */
  readonly decided: () => void;
  /** Called when the handshake has ended. */
  readonly over: () => void;
}

/**
 * The part of a connection between HELLO and WELCOME or ABORT. Calls exactly one of `admit`,
 * `refuse`, `violate` and `fail`, once.
 */
export interface Handshake {
  begin(step: Step | Promise<Step>): void;
  onMessage(message: Message): void;
  /**
   * Ends the handshake because the client has disconnected. Ignores a later result of its login.
   */
  end(): void;
}

export function createHandshake(options: HandshakeOptions): Handshake {
  const { clock, challenge, admit, refuse, violate, fail, answered, decided } = options;
  let awaiting: Challenged | undefined;
  let over = false;
  let stopDelay = (): void => {};

  function end(): void {
    if (over) return;
    over = true;
    stopDelay();
    options.over();
  }

  function proceed(step: Step): void {
    if (over) return;
    switch (step.kind) {
      case 'challenge':
        awaiting = step;
        challenge(step);
        return;
      case 'admitted':
        end();
        admit(step);
        return;
      case 'refused': {
        const finish = () => {
          end();
          refuse(step.refusal);
        };
        const delay = (step.notBefore ?? 0) - clock.monotonic();
        if (delay > 0) {
          decided();
          stopDelay = clock.after(delay, finish);
        } else finish();
      }
    }
  }

  function begin(step: Step | Promise<Step>): void {
    if (!(step instanceof Promise)) {
      proceed(step);
      return;
    }
    const ignoreIfOver = (error: unknown): void => {
      if (!over) throw error;
    };
    step.then(proceed, ignoreIfOver).catch((error: unknown) => {
      end();
      fail(error);
    });
  }

  return {
    begin,
    onMessage(message) {
      const step = awaiting;
      if (message.type !== MESSAGE.AUTHENTICATE || step === undefined) {
        end();
        violate(
          message.type === MESSAGE.AUTHENTICATE
            ? 'AUTHENTICATE without a CHALLENGE'
            : `${messageName(message.type)} before WELCOME`,
        );
        return;
      }
      awaiting = undefined;
      answered();
      begin(step.answer(message));
    },
    end,
  };
}
