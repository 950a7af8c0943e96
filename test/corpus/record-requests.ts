import { createGateway } from '../../src/assembly/create-gateway.js';
import type { LoadedConfig } from '../../src/config/model.js';
import { createSchemaValidators } from '../../src/gateway/pipeline/operation/schema-validators.js';
import { type Caller, connectCaller } from '../support/caller.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { type ExampleCall, exampleCallOf, FILLS } from './example-call.js';

/** A call of an operation, with the request that arrived. */
export interface RecordedCall {
  /** In lower case. */
  readonly method: string;
  /** The path template of the document. */
  readonly path: string;
  readonly fill: (typeof FILLS)[number];
  readonly outcome: CallOutcome;
}

export type CallOutcome =
  | { readonly kind: 'sent'; readonly call: ExampleCall; readonly request: SentRequest }
  /** No example was found, or the gateway refused it. */
  | { readonly kind: 'none'; readonly reason: string };

/** A request as it arrived. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** Names and values in turns. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export const CORPUS_REALM = 'com.example.corpus';

/**
 * Calls every operation of a configuration, once with what is required and once with everything,
 * through a gateway and a WAMP session. An HTTP server on loopback records the requests.
 *
 * @param load reads the configuration, whose service has this base URL and {@link CORPUS_REALM}
 */
export async function recordRequests(
  load: (baseUrl: string) => LoadedConfig,
): Promise<{ readonly config: LoadedConfig; readonly calls: readonly RecordedCall[] }> {
  const upstream = await startRecordingUpstream(() => ({ json: {} }));
  const config = load(upstream.url);
  const gateway = createGateway(config);
  await gateway.start();
  const caller = await connectCaller(gateway.endpoints[0] as string, CORPUS_REALM);
  try {
    return { config, calls: await callAll(config, caller, upstream) };
  } finally {
    await caller.close();
    await gateway.stop(0);
    await upstream.close();
  }
}

async function callAll(
  config: LoadedConfig,
  caller: Caller,
  upstream: RecordingUpstream,
): Promise<readonly RecordedCall[]> {
  const recorded: RecordedCall[] = [];
  for (const { document, procedures } of config.services) {
    const defs = document?.defs ?? {};
    const parts = { defs, validators: createSchemaValidators(defs), texts: new Map<string, string>() };
    for (const { operation, settings } of procedures) {
      if (operation === undefined) continue;
      const { method, path } = operation;
      for (const fill of FILLS) {
        const made = exampleCallOf(operation, { ...parts, fill });
        const outcome = made.kind === 'none' ? made : await send(made.call, settings.uri, caller, upstream);
        recorded.push({ method, path, fill, outcome });
      }
    }
  }
  return recorded;
}

async function send(
  call: ExampleCall,
  uri: string,
  caller: Caller,
  upstream: RecordingUpstream,
): Promise<CallOutcome> {
  upstream.clear();
  const answer = await caller.call(uri, call.kwargs);
  const [request] = upstream.requests;
  if (request === undefined) return { kind: 'none', reason: `the gateway refuses the call: ${answer.frame}` };
  const { method, url, rawHeaders, body } = request;
  return { kind: 'sent', call, request: { method, url, headers: rawHeaders, body } };
}
