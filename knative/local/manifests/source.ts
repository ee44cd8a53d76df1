import type { LocalConfig } from './local-config.ts';
import type { Platform } from './model.ts';
import type { SourceObject } from './source-objects.ts';
import type { Rendered } from './yaml/origin.ts';

/** The loaded manifests, and their files. */
export interface Source {
  platform: Platform;
  localConfig: LocalConfig;
  /** Files of the manifests. */
  files: readonly string[];
  /** One line for the user about how they were rendered. */
  note?: string;
  /** Objects of the files alone, as they were rendered. */
  rendered?: readonly Rendered[];
  /** What the platform was read from: objects of the files and those that were written through the Kubernetes API. */
  objects?: readonly SourceObject[];
  /** Folder of the manifests, as messages show it. */
  folder?: string;
}
