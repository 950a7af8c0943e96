import { GATEWAY_SCOPES, TOP_SCOPES } from './schema/scopes.js';
import type { FamilySpec, Scope, SingleSpec } from './schema/spec.js';

const INTRODUCTION = `<!-- Generated from src/config/schema by "npm run docs". Do not edit. -->
# Configuration reference

The gateway reads one file, \`bondy.conf\`, and the files that it includes. \`rpc-gateway check\` reports every problem at once. Each message has the
form \`file:line: key: what is wrong and what is allowed\`.

## Syntax

\`\`\`
# A comment. Blank lines are skipped too.
rpc_gateway.services.billing.base_url = https://billing.example.com/api   # a comment after a value
rpc_gateway.services.billing.auth.vars.client_secret = \${BILLING_SECRET}
rpc_gateway.services.billing.headers.X-Motto = "verbatim: \${NOT_REPLACED} # not a comment"
include conf.d/*.conf
\`\`\`

- A line is \`key = value\`. The gateway removes spaces around the key and the value. A value may contain spaces and \`=\`. A \`#\` after a space begins
  a comment. A value that begins with \`#\` needs quotes.
- A value in single or double quotes is literal text. It has no comments, and the gateway does not replace \`\${ENV}\` in it. \`{{variable}}\` works in
  quotes too. There is no escape character. If a value contains one kind of quote, put it between quotes of the other kind.
- \`\${NAME}\` is an environment variable. \`\${NAME:-default}\` has a default for a variable that is unset or empty. An unset
  variable without a default is an error.
- \`include path\` reads another file in this place. The path is relative to the file that includes it. The path may be a glob. A glob includes its
  files in the order of their names. It may match no file.
- If a key is set twice, the last value counts, and the gateway prints a warning.
- \`http_connector.\` is another name for \`rpc_gateway.\`, with the same keys.
- An unknown key under \`rpc_gateway.\`, \`http_connector.\`, \`router.\` or \`admin.\` is an error. The gateway ignores other unknown keys and prints a notice, so
  a complete file of Bondy works. A key that differs from a known key by one or two letters is always an error.
- A path is relative to the configuration file in which it is written.

| type | how it is written |
|---|---|
| duration | numbers with units, combined: \`15s\`, \`1h30m\`, \`500ms\`. Units: \`f\` (14 days), \`w\`, \`d\`, \`h\`, \`m\`, \`s\`, \`ms\`. At most 24 days |
| byte size | a number with \`KB\`, \`MB\` or \`GB\`; 1 KB is 1,024 bytes |
| flag | \`on\` or \`off\`. Upper and lower case are the same, here and in keys that allow only certain words |
| list | values separated by commas |
| template | text with variables: \`{{name}}\`, or \`{{name:-default}}\`. In path, query, headers, cookies and body a variable is a kwarg of the call, or one of \`{{caller.authid}}\`, \`{{caller.authrole}}\`, \`{{caller.session}}\`, \`{{realm}}\`. \`{{vars.name}}\` is a variable of \`auth.vars\` or \`auth.secrets\`. If the text is exactly one variable, the value keeps its type. In a JSON body, a constant or default that is JSON keeps its type (\`true\`, \`10\`). In quotes it is text |
| WAMP URI | words separated by single dots, without spaces and \`#\` |
`;

const PLACES: Readonly<Record<string, string>> = {
  'services.$service':
    'These keys begin with `rpc_gateway.services.$service.`, where `$service` is a name of your choice. A service needs a `base_url` and at least one procedure.',
  'services.$service.procedures.$proc':
    'These keys begin with `rpc_gateway.services.$service.procedures.$proc.`. If the service sets the same key, the value of the procedure takes precedence.',
  'listeners.$name':
    'These keys begin with `listeners.$name.`. WAMP clients connect to a listener, and operators to one with `protocol = admin`. If the file has no listener, the gateway opens three: `ws://127.0.0.1:18080/ws`, `rs://127.0.0.1:18082` (RawSocket) and `http://127.0.0.1:18081` for operators. With `router.url` it opens only the last one.',
  admin: 'These keys begin with `admin.`.',
  wamp: 'These keys begin with `wamp.`.',
  security: 'These keys begin with `security.`.',
  router:
    'These keys begin with `router.`. With them the gateway joins an existing WAMP router instead of its own router.',
  log: 'These keys begin with `log.`.',
  tracing: 'These keys begin with `tracing.`. [docs/operations.md](../operations.md#traces) explains traces.',
};

/** Renders docs/reference/configuration.md from the schema. */
export function renderReference(): string {
  const [procedures, services] = GATEWAY_SCOPES as readonly [Scope, Scope];
  const sections = [services, procedures, ...TOP_SCOPES].map(renderScope);
  return [INTRODUCTION, ...sections].join('\n');
}

function renderScope(scope: Scope): string {
  const rows = Object.entries(scope.keys).flatMap(([key, spec]) => {
    if ('record' in spec) {
      return Object.entries(spec.record.keys).map(([field, fieldSpec]) =>
        renderRow(`${key}.${field}`, fieldSpec),
      );
    }
    return [renderRow(key, spec)];
  });
  return [
    `## ${scope.title}`,
    '',
    PLACES[scope.path] ?? '',
    '',
    '| key | type | default | meaning | example |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function renderRow(key: string, spec: SingleSpec | FamilySpec): string {
  const { type, meaning, example } = spec;
  const cells = [`\`${key}\``, type.description, defaultOf(spec), meaning, `\`${example}\``];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaultOf(spec: SingleSpec | FamilySpec): string {
  if ('family' in spec) return '–';
  if (spec.required === true) return '**required**';
  if (spec.computed !== undefined) return spec.computed;
  return spec.default === undefined || spec.default === '' ? '–' : `\`${spec.default}\``;
}
