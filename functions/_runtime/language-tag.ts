import * as v from 'valibot';

/** Language, script, region and a variant: what texts are marked with. Neither extensions (`-u-`) nor private use (`x-`). */
const form = /^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))?$/;

/** A language tag (BCP 47) in its usual case, `pt-BR` for `PT-br`; undefined for what is none. */
export function canonicalLanguage(tag: string): string | undefined {
  if (!form.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** A language tag (BCP 47) such as `en`, `pt-BR` or `zh-Hant`, in its usual case. */
export const languageTag = v.pipe(
  v.string('must be text'),
  v.metadata({ pattern: form.source, examples: ['en', 'ko', 'pt-BR'] }),
  v.check((tag) => canonicalLanguage(tag) !== undefined, 'must be a language tag such as en, ko or pt-BR'),
  v.transform((tag) => canonicalLanguage(tag) ?? tag),
);
