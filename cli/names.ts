import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const foldersWith = (folder: string, file: string): string[] =>
  readdirSync(join(root, folder)).filter((each) => existsSync(join(root, folder, each, file)));

/** Functions of this project. */
export const functionNames = (): string[] => foldersWith('functions', 'main.ts');

/** Overlays of this project. */
export const overlayNames = (): string[] => foldersWith('knative/overlays', 'kustomization.yaml');
