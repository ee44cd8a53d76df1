import type { Platform } from './model.ts';
import type { Provided } from './provided.ts';

/** What is to be run, and which files say so. */
export interface Source {
  platform: Platform;
  provided: Provided;
  /** Files of the manifests. */
  files: readonly string[];
}
