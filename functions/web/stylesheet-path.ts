import { hash } from 'node:crypto';
import { stylesheet } from './stylesheet.ts';

let path: string | undefined;

/** Address of the style sheet; changes with its content, so that it can be kept for ever. */
export const stylesheetPath = (): string =>
  (path ??= `/assets/style-${hash('sha256', stylesheet, 'hex').slice(0, 12)}.css`);
