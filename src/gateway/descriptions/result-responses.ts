import { matchesStatus, type StatusClass, type StatusPattern } from '../../config/types/answer-types.js';
import type { OperationResponse } from '../../openapi/model/api-model.js';

/**
 * The responses of a document that are results (`success`). A status that it does not name has its
 * `default`, which describes all other statuses (OpenAPI 3.1.0, Responses Object).
 */
export function resultResponses(
  responses: readonly OperationResponse[],
  success: readonly StatusPattern[],
): readonly OperationResponse[] {
  const named = responses.filter(({ status }) => isSuccess(success, status));
  const others = responses.filter(({ status }) => status === 'default');
  if (named.length === 0) return others;
  const isOther = (pattern: StatusPattern) =>
    (typeof pattern === 'number' ? pattern >= 300 : pattern !== '2xx') && !isNamed(responses, pattern);
  if (!success.some(isOther)) return named;
  return [...named, ...(others.length > 0 ? others : [NOT_DESCRIBED])];
}

const NOT_DESCRIBED: OperationResponse = {
  status: 'default',
  description: undefined,
  mediaTypes: [],
  schema: true,
};

function isSuccess(success: readonly StatusPattern[], status: string): boolean {
  const range = rangeOf(status);
  if (range === undefined) return matchesStatus(success, Number(status));
  return success.some((pattern) => (typeof pattern === 'number' ? classOf(pattern) : pattern) === range);
}

/** Whether a document describes a status of success, or any of its class. */
const isNamed = (responses: readonly OperationResponse[], pattern: StatusPattern): boolean =>
  responses.some(({ status }) =>
    typeof pattern === 'number'
      ? status === String(pattern) || rangeOf(status) === classOf(pattern)
      : rangeOf(status) === pattern || matchesStatus([pattern], Number(status)),
  );

const rangeOf = (status: string): StatusClass | undefined =>
  /^[2-5]XX$/i.test(status) ? (status.toLowerCase() as StatusClass) : undefined;

const classOf = (status: number): StatusClass => `${Math.floor(status / 100)}xx` as StatusClass;
