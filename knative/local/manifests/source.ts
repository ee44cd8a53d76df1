import type { LocalConfig } from './local-config.ts';
import type { Platform } from './model.ts';

/** What is to be run, and which files say so. */
export interface Source {
  platform: Platform;
  localConfig: LocalConfig;
  /** Files of the manifests. */
  files: readonly string[];
}
