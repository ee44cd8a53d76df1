import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a browser fetches by itself: of elements of a page, of style sheets, of scripts. Links that people follow are none of it. */
const fetched = [
  /<(?:script|img|iframe|source|audio|video|embed|input)\b[^>]*?\bsrc(?:set)?="((?:https?:)?\/\/[^"]+)"/g,
  /<link\b(?=[^>]*\brel="(?:stylesheet|preload|modulepreload|prefetch|preconnect|dns-prefetch|icon|manifest)")[^>]*?\bhref="((?:https?:)?\/\/[^"]+)"/g,
  /(?:url\(|@import\s+)\s*["']?((?:https?:)?\/\/[^"')\s]+)/g,
  /\b(?:import|importScripts)\(\s*["']((?:https?:)?\/\/[^"']+)/g,
];

/** Addresses of other sites that the pages, styles and scripts in `folder` fetch, each behind its file. */
export function foreignResources(folder: string): string[] {
  return globSync('**/*.{html,css,js}', { cwd: folder })
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      return fetched.flatMap((pattern) => [...text.matchAll(pattern)].map(([, address]) => `${file}: ${address}`));
    });
}
