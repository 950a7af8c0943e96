/** One way to make the same call elsewhere. */
export interface Snippet {
  readonly label: string;
  readonly text: string;
}

export interface SnippetsOptions {
  readonly realm: string;
  readonly uri: string;
  /** The kwargs as JSON on one line. */
  readonly json: string;
  /** Undefined if there is no request for the kwargs. */
  readonly curl: string | undefined;
  /** Where clients reach the procedure. Undefined if it is not known. */
  readonly url: string | undefined;
}

export function snippets({ realm, uri, json, curl, url }: SnippetsOptions): readonly Snippet[] {
  const words = ['rpc-gateway', 'call', uri, '--realm', realm, '--kwargs', json];
  if (url !== undefined) words.push('--url', url);
  const script = JSON.stringify(uri);
  return [
    ...(curl === undefined ? [] : [{ label: 'curl', text: curl }]),
    {
      label: 'rpc-gateway call',
      text: words.map(shellWord).join(' '),
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
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
