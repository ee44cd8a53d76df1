export interface SoakOptions {
  /** How it was called, for the report. */
  command: string;
  /** How long there are attacks. */
  minutes: number;
  seed: number;
  /** Base name of the two files of the report. */
  report?: string | undefined;
}
