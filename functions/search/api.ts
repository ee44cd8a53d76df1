import { color, id, text, timestamp } from '@dormouse/events/field';
import type { api as posts } from '@dormouse/posts/api';
import { content, empty, type ResponseOf, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import { searchQuery } from './fields.ts';

type PostSummary = ResponseOf<typeof posts.list, 200>[number];

/** A post as lists show it, whatever the front page begins with: a field that they get is missing here until it is written here, too. */
const summary = {
  id,
  title: text,
  slug: text,
  author: v.pipe(text, v.description('User name of the owner.')),
  created_at: timestamp,
  excerpt: v.pipe(v.string(), v.description('Begin of the content as plain text.')),
  category: v.strictObject({ id, name: text, slug: text, color }),
  tags: v.pipe(v.array(v.string()), v.readonly(), v.description('As its author wrote them.')),
  byline: v.pipe(v.array(v.string()), v.readonly(), v.description('Names as printed, of an imported post.')),
  status: v.literal('published'),
  published_at: v.pipe(timestamp, v.description('Since when everybody sees it.')),
  updated_at: timestamp,
  kind: v.literal('post'),
  lang: v.pipe(v.nullable(v.string()), v.description('Language tag (BCP 47), as its author said it.')),
  cover: v.pipe(v.nullable(v.string()), v.description('Hash of the picture that stands for it.')),
  cover_alt: v.pipe(v.string(), v.description('What the cover shows.')),
} satisfies Record<Exclude<keyof PostSummary, 'featured'>, v.GenericSchema>;

const result = v.pipe(
  v.strictObject({
    ...summary,
    highlight: v.pipe(
      v.string(),
      v.description('HTML: the part of the post in which the words stand, escaped, with `<mark>` around them.'),
    ),
  }),
  v.title('SearchResult'),
);
const aResult: v.InferInput<typeof result> = {
  id: 7,
  title: 'Wake on request',
  slug: 'wake-on-request',
  author: 'ada',
  created_at: '2026-11-28T12:00:00.000Z',
  excerpt: 'A function wakes when somebody asks it something.',
  category: { id: 1, name: 'General', slug: 'general', color: '#2f6f4f' },
  tags: ['Scaling'],
  byline: [],
  status: 'published',
  published_at: '2026-11-28T12:00:00.000Z',
  updated_at: '2026-11-28T12:00:00.000Z',
  kind: 'post',
  lang: null,
  cover: null,
  cover_alt: '',
  highlight: 'A function <mark>wakes</mark> when somebody asks it something.',
};

export const about = 'Finding posts by their words.';

/** What search answers to clients. */
export const api = {
  search: route('GET /blog/api/search', {
    summary: 'Find published posts, best first',
    description:
      'Looks into titles, texts, tags, categories and authors. Words of Latin, Greek and Cyrillic letters are found with any ending, without regard to case and accents; Chinese, Japanese, Korean and Thai wherever the letters stand, one letter too. Ranked within each thousand of the newest matches. Drafts and pages are never found, whoever asks.',
    query: searchQuery,
    headers: { 'if-none-match': v.optional(v.pipe(v.string(), v.description('304 when it names the ETag.'))) },
    responses: () => ({
      200: content('A page of the results.', v.pipe(v.array(result), v.readonly()), {
        example: [aResult],
        headers: {
          etag: 'Strong entity tag of the page.',
          link: '`rel="next"` leads to the next page (RFC 8288); `rel="related"`, where nothing was found, to the same search for words that are written alike, which finds something.',
          'x-total-count': 'On the first page, how many posts were found; `1000+` for more than a thousand.',
        },
      }),
      304: empty('The client has this page.'),
    }),
  }),
};
