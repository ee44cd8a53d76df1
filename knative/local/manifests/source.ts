import type { LocalConfig } from './local-config.ts';
import type { Platform } from './model.ts';

/** The loaded manifests, and their files. */
export interface Source {
  platform: Platform;
  localConfig: LocalConfig;
  /** Files of the manifests. */
  files: readonly string[];
  /** One line for the user about how they were rendered. */
  note?: string;
}
