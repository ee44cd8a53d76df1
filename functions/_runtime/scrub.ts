/**
 * Text without what looks like an e-mail address, a token or a password in an address. No code of ours writes such a thing; what
 * others say in their errors (PostgreSQL quotes values) is theirs to choose.
 */
export function scrub(text: string): string {
  return suspicious.test(text)
    ? patterns.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text)
    : text;
}

const suspicious = /@|eyJ|bearer|basic|password/i;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/@"\\]+@/g, '$1[secret]@'],
  [/(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)+/g, '[email]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?/g, '[token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [secret]'],
  [/("?password"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|\\"(?:[^"\\]|\\[^"])*\\"|[^\s,}&"\\]+)/gi, '$1"[secret]"'],
];
