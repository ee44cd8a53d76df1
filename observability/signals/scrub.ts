/**
 * Text without what looks like an e-mail address, a token or a password, in an address's path and query as well, percent-encoded or not.
 * No code of ours writes such a thing; what others say in their errors (PostgreSQL quotes values), and what clients ask for, is theirs to
 * choose.
 */
export function scrub(text: string): string {
  return suspicious.test(text)
    ? patterns.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text)
    : text;
}

const suspicious = /@|%(?:25)*40|eyJ|bearer|basic|password|token|secret|api_?key/i;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/@"\\]+@/g, '$1[secret]@'],
  [
    /(?<![\w.!#$%&'*+/=?^`{|}~-])(?:[\w.!#$%&'*+/=?^`{|}~-]+(?:@|%(?:25)*40)[\w%-]+(?:(?:\.|%2e)[\w%-]+)+)+/gi,
    '[email]',
  ],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?/g, '[token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [secret]'],
  [
    /("?(?:password|(?<![a-z])(?:[a-z]+_)?token|client_secret|api_?key)"?\s*(?:[:=]|%3d)\s*)("(?:[^"\\]|\\.)*"|\\"(?:[^"\\]|\\[^"])*\\"|[^\s,}&"\\]+)/gi,
    '$1"[secret]"',
  ],
];
