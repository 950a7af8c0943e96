import type { ProcedureDraft, ServiceDraft } from '../drafts.js';
import type { ProcedureSettings } from '../schema/procedure.js';
import { JSON_MEDIA_TYPE } from '../types/http-fields.js';

type Encoding = ProcedureSettings['body_encoding'];

/** Checks that the keys of a body fit each other. */
export function checkBody(service: ServiceDraft, procedure: ProcedureDraft): void {
  const ofDocument = encodingOfDocument(procedure);
  const encoding = ofDocument ?? procedure.settings.body_encoding ?? service.settings.body_encoding;
  if (encoding === undefined) return;
  if (ofDocument === undefined) checkShape(procedure, encoding);
  else if (procedure.entry('body_encoding') !== undefined)
    procedure.report('body_encoding', 'has no effect: the document says how the body is written');
  checkContentType(procedure, encoding);
  checkCompression(service, procedure);
  for (const draft of [service, procedure]) checkTypeHeader(draft, encoding, procedure);
}

/** How the body of an operation is written. Undefined if the keys of the configuration say it. */
function encodingOfDocument({ operation, entry }: ProcedureDraft): Encoding | undefined {
  const kind = entry('body') === undefined ? operation?.body?.kind : undefined;
  return kind === 'bytes' ? 'raw' : kind;
}

const isForm = (encoding: Encoding): boolean => encoding === 'form' || encoding === 'multipart';

/** Whether requests of the procedure can have a body. */
function hasBody({ settings, entry, members, operation }: ProcedureDraft): boolean {
  if (operation?.body !== undefined) return true;
  const { method, remaining } = settings;
  const sendsBody = method === 'post' || method === 'put' || method === 'patch';
  const [field] = members('body.$name');
  if (entry('body') !== undefined || field !== undefined) return true;
  return remaining === 'body' || (remaining === undefined && sendsBody);
}

function checkShape(procedure: ProcedureDraft, encoding: Encoding): void {
  const own = procedure.entry('body_encoding') === undefined ? 'uri' : 'body_encoding';
  if (!hasBody(procedure)) {
    if (own === 'body_encoding')
      procedure.report('body_encoding', 'has no effect: the request has no body; use method = post');
    return;
  }
  const hasWhole = procedure.entry('body') !== undefined;
  if (isForm(encoding) && hasWhole) {
    procedure.report('body', `is no form; with body_encoding = ${encoding} use body.NAME = {{name}}`);
  }
  if ((encoding === 'text' || encoding === 'raw') && !hasWhole) {
    procedure.report(own, `body_encoding = ${encoding} needs body = {{name}}, the kwarg that is sent`);
  }
}

function checkContentType(procedure: ProcedureDraft, encoding: Encoding): void {
  const { body_content_type: type } = procedure.settings;
  if (type === undefined) return;
  if (!hasBody(procedure)) {
    procedure.report('body_content_type', 'has no effect: the request has no body');
  } else if (!fits(type, encoding)) {
    procedure.report('body_content_type', mustBe(encoding));
  } else if (procedure.entry('body_content_type') !== undefined) {
    const name = [...procedure.members('headers.$name')].find((each) => /^content-type$/i.test(each));
    if (name !== undefined)
      procedure.report('headers.$name', 'contradicts body_content_type, which sets this header', { name });
  }
}

function checkCompression(service: ServiceDraft, procedure: ProcedureDraft): void {
  const own = procedure.entry('request.compress') === undefined ? undefined : procedure;
  const { 'request.compress': compress } = (own ?? service).settings;
  if (!hasBody(procedure)) {
    own?.report('request.compress', 'has no effect: the request has no body');
    return;
  }
  if (compress !== 'gzip') return;
  for (const draft of [service, procedure]) {
    const name = [...draft.members('headers.$name')].find((each) => /^content-encoding$/i.test(each));
    if (name !== undefined)
      draft.report('headers.$name', 'contradicts request.compress = gzip, which sets this header', { name });
  }
}

/** A constant header would describe the body wrongly. The API would misread it. */
function checkTypeHeader(
  draft: ServiceDraft | ProcedureDraft,
  encoding: Encoding,
  procedure: ProcedureDraft,
): void {
  for (const { name, template } of draft.settings.headers ?? []) {
    if (name.toLowerCase() !== 'content-type' || !hasBody(procedure)) continue;
    const isConstant = template.parts.every((part) => typeof part === 'string');
    // A whole body may have any type. A variable may contain a fitting one.
    if (encoding === 'json' && (procedure.entry('body') !== undefined || !isConstant)) continue;
    if (!fits(template.source, encoding)) draft.report('headers.$name', mustBe(encoding), { name });
  }
}

const TYPES: Readonly<Record<Encoding, RegExp>> = {
  json: JSON_MEDIA_TYPE,
  form: /^application\/x-www-form-urlencoded[ \t]*(?:;.*)?$/i,
  // The boundary is different in each request.
  multipart: /^$/,
  text: /^(?:text\/|application\/(?:[\w.-]+\+)?(?:xml|yaml|json|sql|graphql|javascript)\b)/i,
  raw: /^/,
};

/** Whether the keys `body_encoding` and `body_content_type` can have these values together. */
export const fits = (type: string, encoding: Encoding): boolean => TYPES[encoding].test(type);

const MUST_BE: Readonly<Record<Encoding, string>> = {
  json: 'must be a type of JSON, as in application/merge-patch+json',
  form: 'must be left out, because a form is application/x-www-form-urlencoded',
  multipart: 'must be left out, because the gateway adds a new boundary for each request',
  text: 'must be a type of text, as in text/csv; for other types use body_encoding = raw',
  raw: 'must be a media type',
};

const mustBe = (encoding: Encoding): string =>
  `contradicts body_encoding = ${encoding}: ${MUST_BE[encoding]}`;
