import { canonicalLanguage } from '@dormouse/runtime/language-tag';

const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/**
 * The language tag (BCP 47) that a program's value means: `de_DE.UTF-8` is `de-DE`. Undefined for what names no language: `lang: js` is
 * of the code in an article.
 */
export function saidLanguage(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const tag = canonicalLanguage(
    value
      .trim()
      .replace(/[.@].*$/, '')
      .replaceAll('_', '-'),
  );
  return tag !== undefined && names.of(tag.split('-')[0]!) !== undefined ? tag : undefined;
}
