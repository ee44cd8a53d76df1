import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { cookieNames, readCookie } from './cookies.ts';
import { type ThemeName, themeNames } from './theme-names.ts';

/** The theme that this reader has chosen; undefined: the blog's own. Read on every page view, so the cookie is looked at as text first. */
export function themeOf(c: Context): ThemeName | undefined {
  if (!header(c, 'cookie')?.includes(cookieNames.theme)) return undefined;
  const chosen = readCookie(c, 'theme');
  return themeNames.find((name) => name === chosen);
}

const begin = /^<!doctype html>\n<html lang="[^"]*"( data-theme="[a-z]+")?>/;

/** A page in another theme: it differs in its first element alone. */
export function inTheme(html: string, theme: ThemeName): string {
  const [found, attribute = ''] = begin.exec(html) ?? [];
  if (found === undefined) return html;
  return `${found.slice(0, found.length - 1 - attribute.length)}${themeAttribute(theme)}>${html.slice(found.length)}`;
}

/** What says in the first element that a page has this theme. */
export const themeAttribute = (theme: ThemeName): string => (theme === 'auto' ? '' : ` data-theme="${theme}"`);
