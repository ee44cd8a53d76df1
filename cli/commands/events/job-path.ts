/** Where the journal has a job: `redrives/ID` or `replays/ID`. @throws Error with the reason, for the parser of arguments */
export function jobPath(input: string): string {
  if (!/^(?:redrives|replays)\/[\w-]{1,64}$/.test(input)) throw new Error('must be redrives/ID or replays/ID');
  return input;
}
