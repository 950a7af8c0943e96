/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals: `COPY`. */
  readonly name: string;
  /** `--from=build` becomes `from: build`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Everything after the flags, in one line. */
  readonly text: string;
}

/** The stages of a Dockerfile, by their name. The last one is named `''`. */
export type Stages = ReadonlyMap<string, readonly Instruction[]>;

/** Reads the instructions that our Dockerfiles use: no ARG, no heredoc. */
export function readDockerfile(text: string): Stages {
  const stages = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const line of text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')) {
    if (line.trim() === '') continue;
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not an instruction: ${line}`);
    const [, flags = '', argument = ''] = /^((?:--\S+ )*)(.*)$/.exec(rest) ?? [];
    const instruction = {
      name,
      flags: Object.fromEntries(
        [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, flag, value]) => [flag, value]),
      ),
      text: argument,
    };
    if (name === 'FROM') {
      current = [];
      stages.set(/ AS (\w+)$/.exec(argument)?.[1] ?? '', current);
    }
    current.push(instruction);
  }
  return stages;
}

/** The JSON list of the last instruction with this name: `CMD`, `ENTRYPOINT`. */
export function listOf(stage: readonly Instruction[], name: string): string[] {
  const last = stage.filter((instruction) => instruction.name === name).at(-1);
  if (last === undefined) throw new Error(`no ${name}`);
  return JSON.parse(last.text.replace(/^CMD /, '')) as string[];
}
