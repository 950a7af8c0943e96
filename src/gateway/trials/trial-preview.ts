import type { LoadedConfig } from '../../config/model.js';
import type { ProcedurePlace, TrialPreview, TrialRequest } from '../../status/trial.js';
import { BadRequest, type Kwargs } from '../pipeline/call.js';
import { type Preview, type PreviewDeps, previewRequest } from '../preview.js';
import { previewCurl } from '../preview-curl.js';
import { MARKED, withNames, withShellVariables } from '../shown-variables.js';
import { TRIAL_CALLER } from './trial-caller.js';

/** Builds the request of a call that an operator may try. Secrets are shown as `$TOKEN`, or masked. */
export function previewTrial(
  config: LoadedConfig,
  { realm, uri }: ProcedurePlace,
  kwargs: Kwargs,
  deps: Pick<PreviewDeps, 'userAgent' | 'uuid'>,
): TrialPreview {
  try {
    const marked = { ...deps, caller: TRIAL_CALLER, variables: MARKED };
    return { kind: 'request', request: shown(previewRequest(config, uri, realm, kwargs, marked)) };
  } catch (error) {
    if (error instanceof BadRequest) return { kind: 'bad_request', message: error.message };
    throw error;
  }
}

const bodyText = (body: string | Uint8Array): string =>
  typeof body === 'string' ? withNames(body) : `(${body.length} bytes that are no text)`;

function shown(preview: Preview): TrialRequest {
  const { method, origin, path, headers, body } = preview.request;
  return {
    method,
    url: withNames(origin + path),
    headers: headers.flatMap((name, index) =>
      index % 2 === 0 ? [{ name, value: withNames(headers[index + 1] ?? '') }] : [],
    ),
    body: body === undefined ? null : bodyText(body),
    curl: withShellVariables(previewCurl(preview)),
  };
}
