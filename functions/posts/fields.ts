import { id } from '@dormouse/events/field';
import { languageTag } from '@dormouse/runtime/language-tag';
import { lineFilter, timeFilter } from '@dormouse/runtime/list-filters';
import { oldPath } from '@dormouse/runtime/old-path';
import { line, optionalLine, text } from '@dormouse/runtime/text';
import * as v from 'valibot';

/** Has a visible character: not only spaces, controls and invisible code points. */
const seen = v.check(
  (value: string) => /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(value),
  'must have something to see',
);
/** `seen` in a JSON Schema; blanks, controls and what Unicode ignores by default are not enough. @param without characters that are not taken */
const visibleWithout = (without: string) =>
  v.metadata<string, { pattern: string }>({
    pattern:
      '^[^CONTROL]*[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}][^CONTROL]*$'.replaceAll(
        'CONTROL',
        `\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f${without}`,
      ),
  });
const visible = visibleWithout('');
const oneLine = v.transform((value: string) => value.replace(/\s+/gu, ' '));

const title = v.pipe(text(1, 120), seen, visible, oneLine);
/** A megabyte of ASCII: longer than what people write by hand, so that an import loses no article. */
export const maxContentCharacters = 1024 * 1024;
const content = text(1, maxContentCharacters);
const categoryName = v.pipe(text(1, 50), seen, visible, oneLine);
export const status = v.picklist(['draft', 'published'], 'must be draft or published');
/** A page stands by itself: lists, feeds, tags and counts leave it out. */
export const kind = v.picklist(['post', 'page'], 'must be post or page');

/** No commas: the editor's field has them between tags. */
const tag = v.pipe(
  text(1, 50),
  seen,
  v.check((value) => !/[,，、]/u.test(value), 'must not contain a comma'),
  visibleWithout(',，、'),
  oneLine,
  v.transform((value) => value.normalize('NFC')),
  // Some letters are two then.
  text(1, 50),
);
const tags = v.pipe(
  v.array(tag, 'must be a list'),
  v.maxLength(20, 'must have at most 20 tags'),
  v.transform(withoutRepeats),
  v.metadata({ description: 'In the order given; of tags that differ only in case, the first.' }),
);

function withoutRepeats(all: string[]): string[] {
  const known = new Set<string>();
  return all.filter((each) => known.size < known.add(each.toLowerCase()).size);
}

/** A time to come is when everybody sees the post; until then it is a draft. One that has passed counts as none. */
const publishedAt = v.pipe(
  v.nullable(
    v.pipe(
      v.string('must be text'),
      v.isoTimestamp('must be a date and time as in RFC 3339'),
      v.transform((value) => new Date(value)),
      v.check((date) => date.getTime() < Date.parse('9999-01-01T00:00:00Z'), 'must be before the year 9999'),
    ),
  ),
  v.description('When it is published. A time to come: until then it is a draft. Null: no such time.'),
);

/** Null leaves it to be guessed from the script. */
const lang = v.pipe(
  v.nullable(languageTag),
  v.description('Language of the text (BCP 47). Null: pages guess it from the script, as far as that tells it.'),
);

/** Whether media has the picture is asked where pages are made. */
const cover = v.pipe(
  v.nullable(v.pipe(v.string('must be text'), v.regex(/^[0-9a-f]{64}$/, 'must be the hash of a picture'))),
  v.description('Hash of the picture that stands for it, of `POST /blog/api/media`. Null: none.'),
);
const coverAlt = v.pipe(optionalLine(500), v.description('What the cover shows, for who does not see it.'));

/** What lists and cards say of it, in the place of its first words. */
const summary = v.pipe(
  optionalLine(300),
  v.description('Shown in lists, feeds and cards of links. Empty: the begin of the text (`excerpt`).'),
);

/** The front page is everybody's: editors decide what it begins with. */
const featured = v.pipe(
  v.boolean('must be true or false'),
  v.description('Whether the front page begins with it. Only editors and administrators change it.'),
);

/** Letters and digits stay, in lower case; everything else becomes a hyphen. */
const slug = v.pipe(
  v.nullable(line(1, 200)),
  v.description(
    'Words of the address of its own, which stays when the title changes; taken, it gets a number. Null: it follows the title. Former addresses answer 301.',
  ),
);

/** RFC 3339. @param aheadMs how far ahead it may be, for clocks that differ */
const past = (aheadMs: number) =>
  v.pipe(
    v.string('must be text'),
    v.isoTimestamp('must be a date and time as in RFC 3339'),
    v.transform((value) => new Date(value)),
    v.check(
      (date) => date.getTime() >= Date.parse('0001-01-01T00:00:00Z') && date.getTime() < Date.now() + aheadMs,
      'must not be in the future',
    ),
  );
const timestamp = past(86_400_000);

/** Not `created_at`, which only imports say, and not `published_at`, of which a time that has passed counts as none. */
const date = v.pipe(
  past(60_000),
  v.description(
    'Date that it bears (`created_at`): where it stands in lists, feeds and the archive. Not in the future. Of a published post it becomes `published_at`, too.',
  ),
);

/** What an author writes. */
export const written = {
  title,
  content,
  category_name: categoryName,
  tags: v.optional(tags),
  status: v.optional(status, 'published'),
  published_at: v.optional(publishedAt),
  kind: v.optional(kind),
  lang: v.optional(lang),
  cover: v.optional(cover),
  cover_alt: v.optional(coverAlt),
  summary: v.optional(summary),
  slug: v.optional(slug),
  featured: v.optional(featured),
  date: v.optional(date),
};

const imported = {
  author: v.optional(line(1, 64)),
  byline: v.optional(v.pipe(v.array(line(1, 100), 'must be a list'), v.maxLength(20, 'must have at most 20 names'))),
  created_at: v.optional(timestamp),
  /** Of the last change; never before `created_at`. */
  updated_at: v.optional(timestamp),
  source: v.optional(line(1, 500)),
};

/** Body of POST. */
export const newPost = v.strictObject(written);

/** Body of POST with scope `import`. */
export const importedPost = v.strictObject({ ...written, ...imported });

const oldAddress = v.pipe(
  v.string('must be text'),
  v.metadata({
    pattern: '^/(?:[^/?#%\\\\\\u0000-\\u001f\\u007f-\\u009f]|\\?p=[0-9])',
    maxLength: 500,
    examples: ['/2019/03/title.html'],
  }),
  v.check((value) => oldPath(value) !== undefined, 'must be a path, as /2019/03/title.html'),
  v.transform((value) => oldPath(value) as string),
);

/** Body of POST of addresses: at most 500. */
export const oldAddresses = v.strictObject({
  addresses: v.pipe(
    v.array(v.strictObject({ path: oldAddress, post_id: id })),
    v.minLength(1, 'must not be empty'),
    v.maxLength(500, 'must have at most 500 addresses'),
  ),
});

/** Query of the list of addresses. */
export const addressesQuery = v.object({
  after: v.optional(
    v.pipe(v.string(), v.maxLength(1000, 'is no path'), v.description('The last path of the page before.')),
  ),
});

/** Query of PATCH. */
export const changeQuery = v.object({
  autosave: v.optional(
    v.pipe(
      v.picklist(['true'], 'must be true, or left out'),
      v.description(
        'Saved without being asked for: of such versions of a draft by one editor in ten minutes, the last is kept.',
      ),
    ),
  ),
});

/** What the link to a preview ends with: 144 bits that nobody guesses. */
export const previewKey = v.pipe(
  v.string(),
  // Nobody sees what is wrong with another one: it is not found.
  v.regex(/^[A-Za-z0-9_-]{24}$/),
  v.metadata({ examples: ['Zm9yIHdob20gaXQgaXMgbWVh'] }),
);

/** Makes a POST that is sent again one post. */
export const idempotencyKey = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 printable ASCII characters without spaces'),
);

export type ImportedPost = v.InferOutput<typeof importedPost>;

/** Body of PATCH: every field of a new post, none of them needed. */
export const changedPost = v.strictObject({
  title: v.optional(title),
  content: v.optional(content),
  category_name: v.optional(categoryName),
  tags: v.optional(tags),
  status: v.optional(status),
  published_at: v.optional(publishedAt),
  kind: v.optional(kind),
  lang: v.optional(lang),
  cover: v.optional(cover),
  cover_alt: v.optional(coverAlt),
  summary: v.optional(summary),
  slug: v.optional(slug),
  featured: v.optional(featured),
  date: v.optional(date),
} satisfies Record<keyof typeof written, v.GenericSchema>);

export type ChangedPost = v.InferOutput<typeof changedPost>;

const number = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, 'must be a whole number'),
    v.metadata({ type: 'integer', pattern: undefined, minimum: min, maximum: max }),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

/** Query of the list; other parameters are ignored. */
export const listQuery = v.pipe(
  v.object({
    limit: v.optional(number(1, 100), '20'),
    offset: v.optional(number(0, Number.MAX_SAFE_INTEGER), '0'),
    after: v.optional(v.string()),
    before: v.optional(v.string()),
    category: lineFilter,
    tag: lineFilter,
    author: lineFilter,
    from: timeFilter('Only those that are not older (`created_at`).'),
    until: timeFilter('Only those that are older.'),
    status: v.pipe(
      v.optional(v.picklist(['draft', 'published', 'all'], 'must be draft, published or all'), 'published'),
      v.description('`all`: drafts and what is published.'),
    ),
    scheduled: v.pipe(
      v.optional(v.picklist(['true', 'false'], 'must be true or false')),
      v.description('Only drafts that have a time of publication, or only those that have none.'),
    ),
    featured: v.pipe(
      v.optional(v.picklist(['true', 'false'], 'must be true or false')),
      v.description('Only posts that the front page begins with, or only the others.'),
    ),
    first: v.pipe(
      v.optional(v.picklist(['featured'], 'must be featured')),
      v.description(
        '`featured`: the newest three featured posts begin the list, besides `limit` others at most, and stand nowhere else in it.',
      ),
    ),
    kind: v.pipe(
      v.optional(kind),
      v.description('Only posts, or only pages. Left out: published posts, otherwise both.'),
    ),
  }),
  v.check(
    ({ offset, after, before }) => [offset > 0, after !== undefined, before !== undefined].filter(Boolean).length <= 1,
    'only one of offset, after and before',
  ),
  v.check(({ first, featured }) => first === undefined || featured === undefined, 'only one of first and featured'),
);

/** Query of the months. */
export const monthsQuery = v.object({
  time_zone: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, 'must be a time zone such as UTC or Europe/Berlin'),
        v.metadata({ examples: ['Europe/Berlin'] }),
      ),
      'UTC',
    ),
    v.description('Time zone (IANA) in which a month begins.'),
  ),
});

/** Query of one's own posts; other parameters are ignored. */
export const ownQuery = v.object({
  after: v.optional(
    v.pipe(number(0, Number.MAX_SAFE_INTEGER), v.description('Id of the post that the page before ended with.')),
    '0',
  ),
});

/** Query of the counts; other parameters are ignored. */
export const countsQuery = v.object({ category: lineFilter, tag: lineFilter, author: lineFilter });

/** Query of deleted posts; other parameters are ignored. */
export const deletedQuery = v.object({
  limit: v.optional(number(1, 100), '20'),
  after: v.optional(v.string()),
  author: lineFilter,
});

export type ListQuery = v.InferOutput<typeof listQuery>;
