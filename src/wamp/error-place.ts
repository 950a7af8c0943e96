/** Kind and place of a failure, for the log. Its message stays out: it may quote what a caller sent. */
export function placeOf(error: unknown): { error: string; at?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return { error: error.name, at: frames.slice(0, 5).join('\n') };
}
