import { type Html, markup, none } from './html.ts';

/** What is looked at, characters: a text that begins in one language goes on in it. */
const considered = 6_000;
/** Share of its letters that a script must have. Names and quotations have less; texts about programs are half English. */
const enough = 0.2;
/** A letter of these scripts is as much as three Latin ones. */
const denseWeight = 3;

/** Scripts that one language, or nearly one, is written in. */
const single: Readonly<Record<string, string>> = {
  Greek: 'el',
  Armenian: 'hy',
  Hebrew: 'he',
  Georgian: 'ka',
  Thai: 'th',
  Lao: 'lo',
  Khmer: 'km',
  Myanmar: 'my',
  Tibetan: 'bo',
  Sinhala: 'si',
  Tamil: 'ta',
  Telugu: 'te',
  Kannada: 'kn',
  Malayalam: 'ml',
  Gujarati: 'gu',
  Gurmukhi: 'pa',
  Oriya: 'or',
  Ethiopic: 'am',
};

type Guess = (text: string) => string | undefined;

/** Letters or words that only one of a script's languages has, in the order in which they decide. */
const byLetters =
  (...rules: readonly (readonly [RegExp, string])[]): Guess =>
  (text) =>
    rules.find(([letters]) => letters.test(text))?.[1];

const shared: Readonly<Record<string, Guess>> = {
  Cyrillic: byLetters(
    [/[әғқңұһ]/, 'kk'],
    [/ў/, 'be'],
    [/[їєґ]/, 'uk'],
    [/[ђћ]/, 'sr'],
    [/[ѓќѕ]/, 'mk'],
    [/[ыэё]/, 'ru'],
    [/ъ/, 'bg'],
  ),
  Arabic: byLetters([/[ٹڈڑںے]/, 'ur'], [/[پچژگ]/, 'fa'], [/\p{L}/u, 'ar']),
  Devanagari: byLetters([/आहे/, 'mr'], [/छन्?।|छ।/, 'ne'], [/है|में/, 'hi']),
  Bengali: byLetters([/[ৰৱ]/, 'as'], [/\p{L}/u, 'bn']),
};

const simplified = /[们这个国说时来对发会学经现实过还进动关点样认问间见东长门书车马电]/g;
const traditional = /[們這個國說時來對發會學經現實過還進動關點樣認問間見東長門書車馬電]/g;

/**
 * The language of a text (BCP 47), guessed from its script; undefined where the script leaves it open, as Latin does. For choosing
 * glyphs, breaking lines and reading aloud: a Chinese letter looks different in Japanese.
 */
export function languageOf(text: string): string | undefined {
  const sample = withoutCode(text.slice(0, considered)).toLowerCase();
  // Most texts have nothing but Latin, and are done here.
  if (!/[\u0370-\u1fff\u2d00-\ud7ff\uf900-\uffdc]/.test(sample)) return undefined;
  const [hangul, kana, han] = [
    count(sample, 'Hangul'),
    count(sample, 'Hiragana') + count(sample, 'Katakana'),
    count(sample, 'Han'),
  ];
  const all = (sample.match(/\p{L}/gu)?.length ?? 0) + (denseWeight - 1) * (hangul + kana + han);
  const isEnough = (letters: number, weight = 1) => letters > 0 && letters * weight >= enough * all;
  if (isEnough(hangul + kana + han, denseWeight)) return eastAsian(sample, hangul, kana, han);
  for (const [script, language] of Object.entries(single)) if (isEnough(count(sample, script))) return language;
  for (const [script, guess] of Object.entries(shared)) if (isEnough(count(sample, script))) return guess(sample);
  return undefined;
}

function eastAsian(text: string, hangul: number, kana: number, han: number): string {
  if (hangul > kana && hangul * 4 > han) return 'ko';
  if (kana * 10 > han) return 'ja';
  const [hans, hant] = [text.match(simplified)?.length ?? 0, text.match(traditional)?.length ?? 0];
  if (hans > 2 * hant) return 'zh-Hans';
  return hant > 2 * hans ? 'zh-Hant' : 'zh';
}

const count = (text: string, script: string): number =>
  text.match(new RegExp(`\\p{Script=${script}}`, 'gu'))?.length ?? 0;

/** Without fenced blocks: programs are no language of their author. */
function withoutCode(text: string): string {
  let inside = false;
  return text
    .split('\n')
    .filter((line) => {
      const fence = /^ {0,3}(?:```|~~~)/.test(line);
      if (fence) inside = !inside;
      return !fence && !inside;
    })
    .join('\n');
}

/** ` lang="…"` for an element with such a text, or nothing. @param given the language that the text's author gave, where one was given */
export function langAttribute(text: string, given?: string | null): Html {
  return asAttribute(given ?? languageOf(text));
}

/** The same for a language that is known, or not. */
export const asAttribute = (language: string | undefined): Html =>
  language === undefined ? none : markup` lang="${language}"`;
