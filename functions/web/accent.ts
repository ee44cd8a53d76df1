import type { Settings } from './blog-settings.ts';
import { untouched } from './site.ts';

const usual = untouched('authors');

/** Address of the style sheet with the blog's accent colours; undefined for the usual ones. */
export function accentSheetPath({ accent, accent_dark: dark }: Settings): string | undefined {
  if (accent === usual.accent && dark === usual.accent_dark) return undefined;
  return `/assets/accent/${accent.slice(1)}-${dark.slice(1)}.css`;
}

/** The style sheet `name` (`0b5fa5-7db4ff.css`): any instance can answer it without the settings. Undefined when it is not the name of one. */
export function accentSheet(name: string): string | undefined {
  const match = /^([0-9a-f]{6})-([0-9a-f]{6})\.css$/.exec(name);
  if (!match) return undefined;
  const [, light, dark] = match;
  return `:root{--accent-light:#${light};--accent-dark:#${dark}}\n`;
}
