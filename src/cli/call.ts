import { systemClock, withTimeout } from '../clock.js';
import type { Payload } from '../wamp/payload.js';
import { argsOf, kwargsOf } from '../wamp/payload-values.js';
import { WampError } from '../wamp/wamp-error.js';
import { type ArgumentOptions, callArguments, parseCallArguments } from './call-arguments.js';
import { callTarget } from './call-target.js';
import { NOT_KNOWN, typedArguments } from './call-types.js';
import { describedTypes } from './described-types.js';
import { dryRun } from './dry-run.js';
import { CommandFailure, EXIT, type ExitCode, type Host } from './host.js';
import { joinForCall } from './join.js';
import { credentialsOf, type LoginOptions } from './login-options.js';
import { type PlainPayload, printError, printPart, printResult } from './print-outcome.js';

export interface CallOptions extends ArgumentOptions, LoginOptions {
  readonly realm?: string;
  readonly url?: string;
  readonly config?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/**
 * The command waits this much longer than `timeout`, so that the router's timeout ERROR arrives
 * first.
 */
const ROUTER_MARGIN_MS = 1_000;

/** `rpc-gateway call URI key=value …`: makes one call and prints its outcome. */
export async function call(
  uri: string,
  commandArguments: readonly string[],
  options: CallOptions,
  host: Host,
): Promise<ExitCode> {
  const howMeant = await typedArguments(uri, options, host);
  const given = await callArguments(commandArguments, options, host, howMeant);
  const { args } = given;
  if (options.dryRun === true) {
    if (args.length > 0)
      throw new CommandFailure('--dry-run does not accept --args: use key=value.', EXIT.usage);
    return dryRun(uri, given.kwargs, options, host);
  }

  const json = options.json === true;
  const credentials = credentialsOf(options, host);
  const session = await joinForCall(await callTarget(uri, options, host), credentials);
  let isClosed = false;
  void session.closed.then(() => {
    isClosed = true;
  });
  const { timeout } = options;
  try {
    // Without a configuration, only the router knows the types.
    const mayAsk = howMeant === NOT_KNOWN && options.kwargs === undefined && commandArguments.length > 0;
    const kwargs = mayAsk
      ? parseCallArguments(commandArguments, {}, await describedTypes(session, uri))
      : given.kwargs;
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const limit = timeout === undefined ? {} : { timeout };
    const calling = session.call(uri, payloadOf(args, kwargs), limit, (part) => {
      begin();
      printPart(plain(part), json, host);
    });
    // A stream may last longer than the timeout, as in the gateway.
    if (timeout !== undefined) await withinTime(Promise.race([calling, begun]), timeout);
    const result = await calling;
    printResult(plain(result), json, host);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof WampError)) throw error;
    if (isClosed) {
      const reason = error.message === error.uri ? '' : ` (${error.message})`;
      throw new CommandFailure(
        `The router ended the session before it responded${reason}.`,
        EXIT.unreachable,
      );
    }
    printError(error.uri, plain(error), json, host);
    return EXIT.failed;
  } finally {
    await session.leave();
  }
}

function payloadOf(args: readonly unknown[], kwargs: Record<string, unknown>): Payload {
  return args.length === 0 ? { kwargs } : { args, kwargs };
}

/** The payload as plain values. */
function plain({ args, kwargs }: { args?: Payload['args']; kwargs?: Payload['kwargs'] }): PlainPayload {
  return { args: args && argsOf({ args }), kwargs: kwargs && kwargsOf({ kwargs }) };
}

function withinTime<T>(result: Promise<T>, timeout: number): Promise<T> {
  return withTimeout(systemClock, timeout + ROUTER_MARGIN_MS, result, () => {
    throw new CommandFailure(`No response within ${timeout} ms.`);
  });
}
