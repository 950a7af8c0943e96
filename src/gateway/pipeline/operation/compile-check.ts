import { foldFieldName } from '../../../config/types/http-fields.js';
import type { Parameter } from '../../../openapi/model/api-model.js';
import { compileKwargCheck, type KwargCheck, type KwargRule } from './check-kwargs.js';
import type { OperationContent } from './operation-body.js';
import type { OperationParts } from './operation-parts.js';

/** Compiles what `openapi.validate` says about the kwargs of an operation. */
export function compileOperationCheck(
  { service, procedure }: OperationParts,
  { parameters, content }: { readonly parameters: readonly Parameter[]; readonly content: OperationContent },
): KwargCheck {
  const mode = service.settings['openapi.validate'];
  if (mode === 'off') return () => undefined;
  const { idempotency_header: key } = procedure.settings;
  const isKey = ({ in: place, name }: Parameter) =>
    key !== undefined && place === 'header' && foldFieldName(name) === foldFieldName(key);
  const ofParameters = parameters.map(
    (parameter): KwargRule => ({
      kwarg: parameter.kwarg,
      what: `${parameter.in} parameter`,
      // The gateway sends an idempotency key itself.
      isRequired: parameter.isRequired && !isKey(parameter),
      types: parameter.types,
      omitsNull: true,
    }),
  );
  const ofBody = content.fields.map(
    ({ kwarg, what, isRequired, types }): KwargRule => ({
      kwarg,
      what,
      // Whether an optional body is sent is known when it is built.
      isRequired: isRequired && content.isRequired,
      types,
      // Null has a meaning in a body, so it is sent, or refused by its type.
      omitsNull: false,
    }),
  );
  return compileKwargCheck([...ofParameters, ...ofBody]);
}
