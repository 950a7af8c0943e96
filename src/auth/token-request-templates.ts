import type { ServiceSettings, Template } from '../config/model.js';

/** A template of the token request. */
export interface TokenRequestTemplate {
  /** Where its text is sent. `basic` is a part of HTTP Basic without further encoding. */
  readonly place: 'url' | 'body' | 'header' | 'basic';
  readonly template: Template;
}

/** The templates of the token request that is sent. */
export function tokenRequestTemplates(settings: ServiceSettings): readonly TokenRequestTemplate[] {
  const {
    'auth.fetch.url': url,
    'auth.fetch.basic_auth.username': username,
    'auth.fetch.basic_auth.password': password,
    'auth.fetch.basic_auth.encoding': encoding,
  } = settings;
  const hasBody = settings['auth.fetch.method'] === 'post' && settings['auth.fetch.body_encoding'] !== 'none';
  const at = (place: TokenRequestTemplate['place'], templates: readonly (Template | undefined)[]) =>
    templates.flatMap((template) => (template === undefined ? [] : { place, template }));
  return [
    ...at('url', [url]),
    ...at('body', hasBody ? settings['auth.fetch.body'].map(({ template }) => template) : []),
    ...at(
      'header',
      settings['auth.fetch.headers'].map(({ template }) => template),
    ),
    // The JWT is base64url.
    ...at('body', [
      settings['auth.fetch.assertion.iss'],
      settings['auth.fetch.assertion.sub'],
      settings['auth.fetch.assertion.aud'],
      ...settings['auth.fetch.assertion.claims'].map(({ template }) => template),
    ]),
    // Form-encoded text may have any characters.
    ...at(encoding === 'form' ? 'body' : 'basic', [username, password]),
  ];
}
