import { foldFieldName } from '../../../config/types/http-fields.js';
import type { Parameter } from '../../../openapi/model/api-model.js';
import type { Kwargs } from '../call.js';
import { compileKwargCheck, type KwargCheck, type KwargRule } from './check-kwargs.js';
import type { BodyTaker, OperationContent } from './operation-body.js';
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
  const ofBody = (isNeeded: boolean) => content.fields.map((field) => bodyRule(field, isNeeded));
  const check = compileKwargCheck([...ofParameters, ...ofBody(content.isRequired)], true);
  if (content.isRequired || !content.fields.some(({ isRequired }) => isRequired)) return check;
  // The required fields of an optional body count once one field is given.
  const checkBody = compileKwargCheck(ofBody(true), false);
  return (kwargs: Kwargs) => {
    check(kwargs);
    if (content.has(kwargs)) checkBody(kwargs);
  };
}

function bodyRule({ kwarg, what, isRequired, types }: BodyTaker, isNeeded: boolean): KwargRule {
  // Null has a meaning in a body, so it is sent, or refused by its type.
  return { kwarg, what, isRequired: isRequired && isNeeded, types, omitsNull: false };
}
