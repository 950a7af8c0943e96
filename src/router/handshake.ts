import type { Clock } from '../clock.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { Admission, Challenged, Refusal, Step } from './auth/steps.js';

export interface HandshakeOptions {
  readonly clock: Clock;
  readonly challenge: (step: Challenged) => void;
  readonly admit: (admission: Admission) => void;
  readonly refuse: (refusal: Refusal) => void;
  /** The client sent what it may not send before WELCOME. */
  readonly violate: (sentence: string) => void;
  /** A bug of ours. */
  readonly fail: (error: unknown) => void;
  /** The client has answered: from now on it is not the client who takes time. */
  readonly answered: () => void;
  /** What becomes of the login is clear; the client may have to wait until it is told. */
  readonly decided: () => void;
  /** Nothing more comes of it. */
  readonly over: () => void;
}

/** What lies between HELLO and WELCOME or ABORT. One of `admit`, `refuse`, `violate` and `fail` is called, once. */
export interface Handshake {
  begin(step: Step | Promise<Step>): void;
  onMessage(message: Message): void;
  /** The client has gone: whatever still comes of its login is dropped. */
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
    const dropLate = (error: unknown): void => {
      if (!over) throw error;
    };
    step.then(proceed, dropLate).catch((error: unknown) => {
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
