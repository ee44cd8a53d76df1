import { type Account, accounts } from './accounts.ts';
import { type Article, readArticle } from './article.ts';
import type { Folder } from './folder.ts';
import { type Given, type Rendered, renderer } from './render.ts';
import { uniqueSlugs } from './slugs.ts';

/** What the platform takes: characters of a title, a text and a category's name, names in a byline. */
const limits = { title: 120, content: 100_000, category: 50, byline: 20 };

export interface PlanOptions {
  /** Names this import: part of every post's `source`. */
  readonly name: string;
  /** Who owns articles that name nobody. */
  readonly author: string;
  /** Where the blog was published before: links that lead to nothing in the folder go there. Absolute. */
  readonly site?: string | undefined;
}

/** A post that is ready but for its text, which depends on the addresses other posts and pictures really get. */
export interface PlannedPost {
  readonly path: string;
  readonly source: string;
  readonly title: string;
  readonly slug: string;
  /** User name of the owner. */
  readonly author: string;
  readonly byline: readonly string[];
  readonly category_name: string;
  /** RFC 3339. */
  readonly created_at: string;
  readonly status: 'draft' | 'published';
  render(given?: Given): Rendered;
}

export interface FileNote {
  readonly file: string;
  readonly reason: string;
}

/** Everything an import will do; made without asking the platform. */
export interface Plan {
  /** Oldest first. */
  readonly posts: readonly PlannedPost[];
  readonly accounts: readonly Account[];
  /** Paths of pictures by SHA-256 in hex. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly skipped: readonly FileNote[];
  readonly notes: readonly FileNote[];
  readonly datesGuessed: readonly { file: string; date: string; from: string }[];
  readonly withoutAuthor: readonly string[];
}

/** Turns a folder of Markdown into posts, accounts and pictures. */
export function plan(folder: Folder, options: PlanOptions): Plan {
  const read = folder.documents.map((file) => ({ file: file.path, article: readArticle(file) }));
  const skipped = read.flatMap(({ file, article }) =>
    'skipped' in article ? [{ file, reason: article.skipped }] : [],
  );
  const articles = read.flatMap(({ article }) => ('skipped' in article ? [] : [article]));
  const people = accounts([...articles.flatMap((article) => article.authors), { name: options.author }]);
  const slugs = uniqueSlugs(articles);
  const pages = renderer(folder, articles, slugs, options.site);

  const planned = articles.map((article) => {
    const fitted = fitting(article);
    const render = (given?: Given): Rendered => {
      const rendered = pages.render(article, given);
      return fitted.whole ? { ...rendered, content: `**${fitted.whole}**\n\n${rendered.content}` } : rendered;
    };
    const post: PlannedPost = {
      path: article.path,
      source: `${options.name}:${article.path}`,
      title: fitted.title,
      slug: slugs.get(article.path)!,
      author: people.get(article.authors[0]?.name ?? options.author)!.username,
      byline: article.authors.slice(0, limits.byline).map(({ name }) => name),
      category_name: fitted.category,
      created_at: article.date,
      status: article.draft ? 'draft' : 'published',
      render,
    };
    return { article, post, notes: fitted.notes, unfit: unfit(render()) };
  });

  const chosen = planned.filter(({ unfit }) => unfit === undefined);
  const named = chosen.flatMap(({ article, post }) => [
    post.author,
    ...article.authors.map(({ name }) => people.get(name)!.username),
  ]);
  return {
    posts: chosen
      .map(({ post }) => post)
      .sort((one, other) => compare(one.created_at, other.created_at) || compare(one.path, other.path)),
    accounts: [...new Map([...people.values()].map((account) => [account.username, account])).values()].filter(
      ({ username }) => named.includes(username),
    ),
    pictures: new Map(
      chosen.flatMap(({ post }) => post.render().pictures.map((hash) => [hash, pages.pictureOf(hash)!])),
    ),
    skipped: [...skipped, ...planned.flatMap(({ post, unfit }) => (unfit ? [{ file: post.path, reason: unfit }] : []))],
    notes: chosen.flatMap(({ post, notes }) => notes.map((reason) => ({ file: post.path, reason }))),
    datesGuessed: chosen.flatMap(({ article: { path, date, dateGuessedFrom } }) =>
      dateGuessedFrom ? [{ file: path, date, from: dateGuessedFrom }] : [],
    ),
    withoutAuthor: chosen.flatMap(({ article }) => (article.authors.length === 0 ? [article.path] : [])),
  };
}

/** Title and category as the platform takes them; `whole` is a title that had to be cut. */
function fitting({ title, category, authors, notes }: Article): {
  title: string;
  whole?: string;
  category: string;
  notes: string[];
} {
  const cut = { title: shortened(title, limits.title), category: shortened(category, limits.category) };
  const length = [...title].length;
  return {
    ...cut,
    ...(cut.title === title ? {} : { whole: title }),
    notes: [
      ...notes,
      ...(cut.title === title
        ? []
        : [`title has ${length} characters, shortened to ${limits.title}; the whole title begins the text`]),
      ...(cut.category === category ? [] : [`category name shortened: ${cut.category}`]),
      ...(authors.length > limits.byline ? [`${authors.length} authors, the first ${limits.byline} are named`] : []),
    ],
  };
}

/** Why the platform would refuse a text; undefined when it would not. */
function unfit({ content }: Rendered): string | undefined {
  const length = [...content].length;
  if (length === 0) return 'it has no text';
  return length > limits.content
    ? `its text has ${length} characters, at most ${limits.content} are allowed`
    : undefined;
}

/** At most `max` code points, cut between words and ended by `…`. */
function shortened(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const cut = characters.slice(0, max - 1).join('');
  return `${cut.replace(/\s+\S*$/, '') || cut}…`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
