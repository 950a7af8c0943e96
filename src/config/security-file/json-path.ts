/** Steps into a JSON document: names of fields, and places in lists. */
export type JsonPath = readonly (string | number)[];

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `$[0].users[2].groups[0]` */
export function formatPath(path: JsonPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return PLAIN_NAME.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${steps.join('')}`;
}

/** The field without the places in lists: `users[].comment` stands for that field of all users of all realms. */
export function formatField([, ...path]: JsonPath): string {
  return formatPath(path)
    .replace(/\[\d+\]/g, '[]')
    .replace(/^\$\.?/, '');
}

/** Takes what is wrong at a place of the file. */
export type Report = (path: JsonPath, message: string) => void;
