/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of a dictionary. */
export interface ObjectSchema extends JsonSchema {
  readonly properties: JsonSchema;
  readonly required: readonly string[];
}

/** An error that a caller may get. */
export interface DescribedError {
  readonly uri: string;
  /** The HTTP status of the API. Undefined for an error of the gateway itself. */
  readonly status?: number;
  /** `4XX`, `5XX` or `default` if the document describes only that, or nothing. */
  readonly range?: string;
  readonly description: string;
}

/** What a procedure takes and gives, for callers (`wamp.reflection.procedure.describe`). */
export interface ProcedureDescription {
  readonly uri: string;
  readonly realm: string;
  readonly kind: 'procedure';
  readonly description: string;
  readonly format: 'json_schema_2020_12';
  readonly kwargs_schema: JsonSchema;
  readonly result_kwargs_schema: JsonSchema;
  /** Only if responses may be streams: the parts, for callers that want progressive results. */
  readonly progress_kwargs_schema?: JsonSchema;
  readonly errors: readonly DescribedError[];
  readonly http: { readonly method: string; readonly path: string; readonly service: string };
}
