/** The outcome of one case. */
export interface CaseResult {
  readonly file: string;
  readonly name: string;
  /** Empty if it passed. */
  readonly differences: readonly string[];
  readonly durationMs: number;
}

/** Formats results for CI systems, in the XML of JUnit. */
export function junitXml(results: readonly CaseResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) =>
    suiteXml(
      file,
      results.filter((result) => result.file === file),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function suiteXml(file: string, cases: readonly CaseResult[]): string {
  const failures = cases.filter(({ differences }) => differences.length > 0).length;
  const head = `  <testsuite name="${escaped(file)}" tests="${cases.length}" failures="${failures}" errors="0" time="${seconds(sum(cases))}">`;
  return `${head}\n${cases.map(caseXml).join('')}  </testsuite>\n`;
}

function caseXml({ file, name, differences, durationMs }: CaseResult): string {
  const head = `    <testcase classname="${escaped(file)}" name="${escaped(name)}" time="${seconds(durationMs)}"`;
  if (differences.length === 0) return `${head}/>\n`;
  const [first = ''] = differences;
  return `${head}>\n      <failure message="${escaped(first)}">${escaped(differences.join('\n'))}</failure>\n    </testcase>\n`;
}

const sum = (cases: readonly CaseResult[]): number =>
  cases.reduce((total, { durationMs }) => total + durationMs, 0);
const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 cannot contain most control characters, even as references (section 2.2). */
function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"]/g, (character) => ENTITIES[character] as string)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find them
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  );
}
