/** One way to make the same call elsewhere. */
export interface Snippet {
  readonly label: string;
  readonly text: string;
}

/** @param json the kwargs as JSON on one line */
export function snippets(
  realm: string,
  uri: string,
  json: string,
  curl: string | undefined,
): readonly Snippet[] {
  const script = JSON.stringify(uri);
  return [
    ...(curl === undefined ? [] : [{ label: 'curl', text: curl }]),
    {
      label: 'rpc-gateway call',
      text: `rpc-gateway call ${shellWord(uri)} --realm ${shellWord(realm)} --kwargs ${shellWord(json)}`,
    },
    { label: 'autobahn-js', text: `const result = await session.call(${script}, [], ${json});` },
    {
      label: 'autobahn|python',
      text: `result = await session.call(${script}, **json.loads(${JSON.stringify(json)}))`,
    },
  ];
}

/** A URI or a realm may have characters that a shell would act on. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
