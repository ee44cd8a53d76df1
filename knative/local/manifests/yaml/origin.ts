/** Where something was declared, for messages: `file:line`. */
export interface Origin {
  file: string;
  line: number;
}

/** A problem in the manifests that stops the start; its message begins with `file:line`. */
export class ManifestError extends Error {
  override name = 'ManifestError';
  origin: Origin;
  /** The message without its place. */
  problem: string;
  constructor(origin: Origin, problem: string) {
    super(`${origin.file}:${origin.line}: ${problem}`);
    this.origin = origin;
    this.problem = problem;
  }
}

/** One rendered object, before it is read into the model. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

export interface Rendered {
  manifest: Manifest;
  origin: Origin;
  /** Line in `origin.file` of the field at a path (`['spec','template']`), as near as is known; a patched field may give the patch's file. */
  at(path: readonly (string | number)[]): Origin;
}
