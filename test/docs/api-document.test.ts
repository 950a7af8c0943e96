import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../support/documents.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The examples, each with the heading that it stands under. */
const EXAMPLES = readDocument('docs/api.md')
  .split(/^## /m)
  .flatMap((section) => {
    const name = /^\w+/.exec(section)?.[0] ?? '';
    const found = section.matchAll(/^#+ Example\n\n```ts\n(.*?)^```$/gms);
    return [...found].map((match) => ({ name, program: match[1]! }));
  });

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules/@types')],
};

/** What the page's introduction promises: a `bondy.conf` beside the program. The port is any that is free. */
const CONFIGURATION = `
rpc_gateway.services.billing.base_url = \${BILLING_URL:-https://billing.example.com/api}
rpc_gateway.services.billing.procedures.get_invoice.uri = com.billing.get_invoice
rpc_gateway.services.billing.procedures.get_invoice.realm = com.example.myrealm
rpc_gateway.services.billing.procedures.get_invoice.path = /invoices/{{id}}
listeners.clients.port = 0
`;

interface Run {
  /** The functions and classes that the package exports. */
  readonly functions: string[];
  /** What each example printed, by its name. */
  readonly outputs: Record<string, string>;
}

/** Runs the examples one after the other, and prints a `Run` as JSON. */
const RUNNER = `
import * as published from 'wamp-rpc-gateway';

const functions = Object.keys(published).filter((name) => typeof published[name] === 'function');
const outputs = {};
let output;
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (text, ...rest) => (output === undefined ? write(text, ...rest) : ((output += text), true));
}
for (const name of process.argv.slice(2)) {
  output = '';
  await import('./' + name + '.js');
  outputs[name] = output;
  output = undefined;
}
console.log(JSON.stringify({ functions, outputs }));
`;

describe('docs/api.md', () => {
  let folder: TemporaryFolder;
  let run: Run;
  const path = (name: string) => join(folder.path, name);

  beforeAll(() => {
    folder = createTemporaryFolder();
    writeFileSync(path('bondy.conf'), CONFIGURATION);
    writeFileSync(path('package.json'), '{ "type": "module" }');
    mkdirSync(path('node_modules'));
    symlinkSync(ROOT, path('node_modules/wamp-rpc-gateway'));
    for (const { name, program } of EXAMPLES) {
      writeFileSync(path(`${name}.ts`), program);
      writeFileSync(
        path(`${name}.js`),
        ts.transpileModule(program, {
          compilerOptions: { ...OPTIONS, module: ts.ModuleKind.ESNext },
        }).outputText,
      );
    }
    writeFileSync(path('run.js'), RUNNER);
    const names = EXAMPLES.map(({ name }) => name);
    const { stdout, stderr } = spawnSync(process.execPath, ['run.js', ...names], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    if (stderr !== '') throw new Error(stderr);
    run = JSON.parse(stdout);
  });

  afterAll(() => folder.remove());

  it('has one example of each function, each class and the interfaces that programs implement or hold', () => {
    const interfaces = [
      'AdminRoute',
      'Gateway',
      'GatewayOptions',
      'Clock',
      'Logger',
      'ConfigSource',
      'Observer',
    ];
    expect(EXAMPLES.map(({ name }) => name).sort()).toEqual([...run.functions, ...interfaces].sort());
  });

  it('has examples that compile as they stand', () => {
    const program = ts.createProgram(
      EXAMPLES.map(({ name }) => path(`${name}.ts`)),
      OPTIONS,
    );
    const faults = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(faults).toEqual([]);
  });

  it('has examples that run as they stand', () => {
    const { outputs } = run;
    expect(Object.keys(outputs)).toEqual(EXAMPLES.map(({ name }) => name));
    expect(outputs['ConfigError']).toMatch(/^bondy\.conf:1: wamp\.call_timeout: a duration needs a unit/);
    expect(outputs['BadRequest']).toContain('id');
    expect(outputs['createGateway']).toMatch(/ws:\/\/127\.0\.0\.1:\d+/);
    expect(outputs['createLogger']).toContain('"msg":"the gateway accepts clients"');
    expect(outputs['previewRequest']).toBe('GET https://billing.example.com/api/invoices/INV-001\n');
    expect(outputs['GatewayError']).toBe('');
  });
});
