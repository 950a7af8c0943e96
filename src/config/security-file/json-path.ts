/** A path into a JSON document: names of fields and indexes of lists. */
export type JsonPath = readonly (string | number)[];

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Formats a path as in `$[0].users[2].groups[0]`. */
export function formatPath(path: JsonPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return PLAIN_NAME.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${steps.join('')}`;
}

/**
 * Formats a path without indexes: `users[].comment` means that field of all users of all realms.
 */
export function formatField([, ...path]: JsonPath): string {
  return formatPath(path)
    .replace(/\[\d+\]/g, '[]')
    .replace(/^\$\.?/, '');
}

/** Reports a problem at a path of the file. */
export type Report = (path: JsonPath, message: string) => void;
