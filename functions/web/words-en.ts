import type { AppError } from '@dormouse/runtime/errors';
import type { Settings } from './blog-settings.ts';
import { type Html, hidden, markup, type Wrap } from './html.ts';
import { numberText } from './number-text.ts';

/** Every text of the pages in one language: a key that a language lacks is an error of types. */
export type Words = typeof english;
/** Texts by what went wrong. */
export type ByCode = Partial<Record<AppError['code'], string>>;

const plural = new Intl.PluralRules('en');
const posts = (count: number): string =>
  `${numberText(count, 'en')} ${plural.select(count) === 'one' ? 'post' : 'posts'}`;

const errorTitles: ByCode = {
  not_found: 'Nothing here',
  forbidden: 'Not for you',
  unauthorized: 'Log in first',
  method_not_allowed: 'That does not work here',
  too_large: 'Too much at once',
  too_many_requests: 'Too fast',
  unavailable: 'Still half asleep',
  internal: 'That went wrong',
};

const errorTexts: ByCode = {
  not_found: 'There is no page at this address. It may have been moved or deleted, or the address has a slip in it.',
  unauthorized: 'This page is for people who are logged in.',
  unavailable: 'Part of this blog is waking up or does not answer.',
  internal: 'Something went wrong on our side.',
};

/** What pages say in English. */
export const english = {
  /** BCP 47, for Intl. */
  language: 'en',
  number: (count: number): string => numberText(count, 'en'),
  posts,
  /** Names in a row: "Ada, Grace and Edsger". */
  names: (all: readonly string[]): string =>
    all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`,

  /** What every page has around its main part. */
  frame: {
    skip: 'Skip to content',
    navigation: 'Site',
    write: 'Write',
    posts: 'Posts',
    people: 'People',
    settings: 'Settings',
    account: 'Account',
    logIn: 'Log in',
    signUp: 'Sign up',
    logOut: 'Log out',
    loggedInAs: (name: string): string => `Logged in as ${name}`,
    categories: 'Categories',
    tags: 'Tags',
    archive: 'Archive',
    feed: 'Feed',
    numbers: 'Numbers',
    notSetUp: (registration: Settings['registration'], link: Wrap): Html =>
      markup`This blog was never set up${
        registration === 'authors'
          ? ': anybody can register and write'
          : registration === 'readers'
            ? ': anybody can register'
            : ''
      }. ${link('Set it up')}.`,
  },

  list: {
    latest: 'Latest posts',
    older: 'Older posts',
    newer: 'Newer posts',
    newest: 'Newest',
    more: 'More posts',
    category: 'Category',
    tag: 'Tag',
    author: 'Author',
    all: 'All',
    moreCategories: (count: number): string => `${numberText(count, 'en')} more…`,
    ofCategory: (name: string): string => `Posts in ${name}.`,
    ofTag: (name: string): string => `Posts about ${name}.`,
    ofMonth: (name: string): string => `Posts of ${name}.`,
    ofAuthor: (name: string): string => `Posts by ${name}.`,
    nothingBeyond: 'There are no posts beyond this point.',
    nothingYet: 'Nothing has been written here yet.',
    nothingByAuthor: 'Nothing is published here yet.',
    noTags: 'No post has a tag yet.',
    writeFirst: (link: Wrap): Html => markup`${link('Write the first one')}.`,
    signUpToWrite: (link: Wrap): Html => markup`${link('Sign up')} to write the first one.`,
    wasFirst: 'That was the first post.',
  },

  post: {
    draft: 'This is a draft: nobody but you and the editors can see it.',
    scheduled: (time: string): string =>
      `This is published on ${time}, and a draft until then: nobody but you and the editors can see it.`,
    minutes: (count: number): string => `${numberText(count, 'en')} min read`,
    by: (author: Html): Html => markup`By ${author}`,
    edit: (title: string): Html => markup`Edit${hidden(` “${title}”`)}`,
    versions: (title: string): Html => markup`Versions${hidden(` of “${title}”`)}`,
    delete: (title: string): Html => markup`Delete${hidden(` “${title}”`)}`,
    lastChanged: (day: Html): Html => markup`Last changed ${day}`,
    allPosts: 'All posts',
    orMoreIn: (category: Html): Html => markup`<span class="muted">or more in</span> ${category}`,
    beside: 'Before and after',
    before: '← Before',
    after: 'After →',
    moreToRead: 'More to read',
    moreIn: (category: Html): Html => markup`More in ${category}`,
  },

  numbers: {
    posts: 'Posts',
    byCategory: 'Posts by category',
  },

  errors: {
    title: (code: AppError['code']): string => errorTitles[code] ?? 'That did not work',
    /** Undefined where what a function said of it says more. */
    text: (code: AppError['code']): string | undefined => errorTexts[code],
    readOn: (archive: Wrap, categories: Wrap, tags: Wrap): Html =>
      markup`Or look in the ${archive('archive')}, among ${categories('categories')} or ${tags('tags')}.`,
    trace: 'Trace',
    /** What one of our functions says in English, in the language of the page. */
    said: (text: string): string => text,
    /** @param seconds undefined: nobody knows */
    tryAgain: (seconds: number | undefined): string => `Try again ${whenAgain(seconds)}.`,
  },
};

function whenAgain(seconds: number | undefined): string {
  if (seconds === undefined) return 'later';
  if (seconds < 90) return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}
