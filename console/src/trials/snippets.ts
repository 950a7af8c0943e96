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
  const quoted = `'${json.replaceAll("'", `'\\''`)}'`;
  const script = JSON.stringify(uri);
  return [
    ...(curl === undefined ? [] : [{ label: 'curl', text: curl }]),
    {
      label: 'rpc-gateway call',
      text: `rpc-gateway call ${uri} --realm ${realm} --kwargs ${quoted}`,
    },
    { label: 'autobahn-js', text: `const result = await session.call(${script}, [], ${json});` },
    {
      label: 'autobahn|python',
      text: `result = await session.call(${script}, **json.loads(${JSON.stringify(json)}))`,
    },
  ];
}
