import { hash } from 'node:crypto';
import { editorScript } from './script/editor-script.ts';

let path: string | undefined;

/** Address of the editor's script; changes with its content, as the style sheet's does. */
export const editorScriptPath = (): string =>
  (path ??= `/assets/editor-${hash('sha256', editorScript, 'hex').slice(0, 12)}.js`);
