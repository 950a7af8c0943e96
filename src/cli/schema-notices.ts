import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { LoadedConfig } from '../config/model.js';
import type { ConfigProblem } from '../errors.js';
import { findUnusableSchemas } from '../gateway/pipeline/operation/unusable-schemas.js';
import { operationText } from '../openapi/model/api-model.js';

/** The largest public documents take about this long. */
const MAX_MS = 10_000;

/**
 * What `openapi.validate = full` and `response.validate = warn` cannot compare, because a schema of
 * a document is wrong. Start does not look for it: to compile all schemas takes seconds.
 *
 * @param file the configuration, as the user named it
 */
export function schemaNotices(
  config: LoadedConfig,
  file: string,
  clock: { monotonic(): number },
): readonly ConfigProblem[] {
  const shown = (path: string) =>
    isAbsolute(file) ? path : join(dirname(file), relative(dirname(resolve(file)), path));
  const end = clock.monotonic() + MAX_MS;
  return config.services.flatMap((service): readonly ConfigProblem[] => {
    if (service.document === undefined) return [];
    const { unusable, operationsLeft } = findUnusableSchemas(service, () => clock.monotonic() < end);
    const notices = unusable.flatMap(
      ({ procedure: { operation }, what, reason }): readonly ConfigProblem[] =>
        operation === undefined
          ? []
          : [
              {
                file: shown(operation.file),
                line: operation.line,
                key: operationText(operation),
                message: `${what} is not compared with its schema: ${reason.split('\n', 1)[0]}`,
              },
            ],
    );
    if (operationsLeft === 0) return notices;
    const message = `the schemas of ${operationsLeft} operations were not compiled, because this takes longer than ${MAX_MS / 1000} s`;
    return [...notices, { file: shown(service.document.file), line: 0, key: '', message }];
  });
}
