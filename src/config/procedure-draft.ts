import type { Operation } from '../openapi/model/api-model.js';
import type { Draft } from './read-settings.js';
import type { PROCEDURE_KEYS } from './schema/procedure.js';

/** A procedure of the file, or of a document. */
export type ProcedureDraft = Draft<typeof PROCEDURE_KEYS> & {
  /** The operation of the document from which the procedure is made. */
  readonly operation?: Operation;
  /** Notes something at the line of the operation. */
  readonly noteOperation?: (message: string) => void;
  /** Reports a problem at the line of the operation. */
  readonly reportOperation?: (message: string) => void;
};
