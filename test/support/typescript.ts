import ts from 'typescript';

/** The strictest options that a user may have. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitReturns: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
};

/** What the compiler says of the files, as `file:line: message`. A file may import another by its name. */
export function diagnosticsOf(
  files: Readonly<Record<string, string>>,
  options: ts.CompilerOptions = {},
): readonly string[] {
  const program = programOf(files, options);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${file?.fileName.replace(FOLDER, '') ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** The file as JavaScript. */
export function javascriptOf(text: string): string {
  return ts.transpileModule(text, { compilerOptions: { ...OPTIONS, module: ts.ModuleKind.ESNext } })
    .outputText;
}

/** In the project, so that files find its packages. */
const FOLDER = new URL('../typescript-files/', import.meta.url).pathname;

function programOf(files: Readonly<Record<string, string>>, more: ts.CompilerOptions): ts.Program {
  const options = { ...OPTIONS, ...more, noEmit: true };
  const host = ts.createCompilerHost(options);
  const own = new Map(Object.entries(files).map(([name, text]) => [FOLDER + name, text]));
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (name) => own.get(name) ?? readFile(name);
  host.fileExists = (name) => own.has(name) || fileExists(name);
  host.directoryExists = (name) => `${name}/` === FOLDER || (directoryExists?.(name) ?? true);
  const { getSourceFile } = host;
  host.getSourceFile = (name, language, onError) => {
    const text = own.get(name);
    return text === undefined
      ? getSourceFile(name, language, onError)
      : ts.createSourceFile(name, text, language, true);
  };
  return ts.createProgram([...own.keys()], options, host);
}
