import { languageTag } from '@dormouse/runtime/language-tag';
import { line, optionalLine } from '@dormouse/runtime/text';
import * as v from 'valibot';
import { legible, lowestContrast, minContrast, type Theme } from './contrast.ts';

/** Who may make an account: nobody; who was invited; everybody, as a reader or as an author. */
export const registrations = ['nobody', 'invitation', 'readers', 'authors'] as const;
export type Registration = (typeof registrations)[number];

/** Whose comments are shown at once (functions/comments). */
export const commentPolicies = ['none', 'open', 'first_held', 'all_held'] as const;

/** How lists of posts look. */
export const layouts = ['list', 'cards'] as const;

/** How pages look to readers who have not chosen (web's theme-names.ts). */
export const themeNames = ['auto', 'light', 'dark', 'sepia', 'contrast'] as const;

/** What pages are drawn with: fonts of the reader's machine, or Source Serif and Source Sans, which the blog sends. */
export const fontChoices = ['system', 'source'] as const;

const language = v.pipe(languageTag, v.description('Language tag (BCP 47).'));

const timeZone = v.pipe(
  line(1, 64),
  v.check(isTimeZone, 'must be a time zone such as UTC or Europe/Berlin'),
  v.metadata({ examples: ['UTC', 'Europe/Berlin'] }),
  v.description('Time zone (IANA) in which pages show dates.'),
);
function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +09:00 are no zones: they know no summer time.
    return /^[A-Z]/i.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** A colour that can be read as text in a theme. */
const accentIn = (theme: Theme) =>
  v.pipe(
    v.string('must be a colour'),
    v.regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #8f4a1b'),
    v.description(`Colour of links and buttons in the ${theme} theme; its contrast is ${minContrast} : 1 at least.`),
    v.transform((color) => color.toLowerCase()),
    v.check(
      (color) => lowestContrast(color, theme) >= minContrast,
      ({ input }) =>
        `has a contrast of only ${rounded(lowestContrast(input, theme))} : 1 in the ${theme} theme, and text needs ${minContrast} : 1; the nearest colour that has it is ${legible(input, theme)}`,
    ),
  );
/** Downwards: 4.49 is not 4.5. */
const rounded = (ratio: number): number => Math.floor(ratio * 10) / 10;

const link = v.pipe(
  v.strictObject({
    label: line(1, 40),
    href: v.pipe(
      v.string('must be text'),
      v.maxLength(500, 'must have at most 500 characters'),
      v.regex(
        /^(\/|\/[^/\s\\][^\s\\]*|https?:\/\/[^\s\\]+)$/,
        'must be a path of this blog (/blog/…) or an address with https://',
      ),
      v.check((href) => href.startsWith('/') || URL.canParse(href), 'must be an address'),
      v.metadata({ examples: ['/blog/categories'] }),
    ),
  }),
  v.title('NavigationLink'),
);
/** A picture that was uploaded to media; null: none. */
const picture = (text: string) =>
  v.pipe(
    v.nullable(v.pipe(v.string('must be text'), v.regex(/^[0-9a-f]{64}$/, 'must be the hash of a picture'))),
    v.description(text),
  );

/** The settings that an administrator may change, each by its name in the API. */
const fields = {
  title: line(1, 80),
  description: v.pipe(optionalLine(300), v.description('What search engines and feeds say of the blog.')),
  language,
  time_zone: timeZone,
  accent: accentIn('light'),
  accent_dark: accentIn('dark'),
  theme: v.pipe(
    v.picklist(themeNames, `must be one of ${themeNames.join(', ')}`),
    v.description('How pages look to readers who have not chosen: as their device says, or in one theme.'),
  ),
  fonts: v.pipe(
    v.picklist(fontChoices, `must be one of ${fontChoices.join(', ')}`),
    v.description(
      'What pages are drawn with: `system`, fonts that readers’ machines have; `source`, Source Serif and Source Sans, which the blog sends, for Latin letters.',
    ),
  ),
  logo: picture('Hash of the picture at the head of every page, of `POST /blog/api/media`.'),
  icon: picture('Hash of the picture for tabs and home screens; without one the logo is taken.'),
  layout: v.pipe(
    v.picklist(layouts, `must be one of ${layouts.join(', ')}`),
    v.description('Lists of posts: below each other, or as cards with their covers, the newest one larger.'),
  ),
  navigation: v.pipe(
    v.array(link),
    v.maxLength(12, 'must have at most 12 links'),
    v.readonly(),
    v.description('Links at the head of every page, before those of accounts.'),
  ),
  footer: optionalLine(500),
  posts_per_page: v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(100, 'must be at most 100'),
  ),
  comments: v.pipe(
    v.picklist(commentPolicies, `must be one of ${commentPolicies.join(', ')}`),
    v.description(
      'Whose comments are shown at once: `none`, nobody can comment; `open`, everybody’s that looks harmless; `first_held`, of people with an account, after a moderator let a first one pass; `all_held`, each waits for a moderator.',
    ),
  ),
  registration: v.pipe(
    v.picklist(registrations, `must be one of ${registrations.join(', ')}`),
    v.description(
      'Who may register: nobody, people who were invited, everybody as a reader, or everybody as an author.',
    ),
  ),
};

/** Body of PATCH /api/settings. A new accent without `accent_dark` gets one that is made from it. */
export const settingsChange = v.partial(v.strictObject(fields));

/** The settings as they are answered. */
export const settingsFields = fields;
