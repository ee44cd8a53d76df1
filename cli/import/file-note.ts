/** Something to be said about a file. */
export interface FileNote {
  readonly file: string;
  readonly reason: string;
}
