import type { BlogSettings } from '../blog-folder/layout.ts';
import type { Step } from '../progress.ts';
import { type Account, accounts } from './accounts.ts';
import type { Article } from './article.ts';
import { type Contents, readContents } from './contents.ts';
import { type Extra, summaryOf } from './extra.ts';
import type { FileNote } from './file-note.ts';
import { fittingTags } from './fitting-tags.ts';
import type { Folder } from './folder.ts';
import { type FormerPlace, formerPath, formerPlace } from './old-addresses.ts';
import { type Given, type Rendered, renderer } from './render.ts';
import { uniqueSlugs } from './slugs.ts';

/** What the platform takes: characters of a title, a text and a category's name, names in a byline. */
const limits = { title: 120, content: 1024 * 1024, category: 50, byline: 20 };

export interface PlanOptions {
  /** Names this import: part of every post's `source`. */
  readonly name: string;
  /** Who owns articles that name nobody. */
  readonly author: string;
  /** Where the blog was published before: links that lead to nothing in the folder go there. Absolute. */
  readonly site?: string | undefined;
  /** What is later than this is in the future. */
  readonly now?: Date;
  /** Addresses of pictures on other hosts that were brought in; `read` of the folder has them. */
  readonly fetched?: ReadonlySet<string> | undefined;
  /** Called at the beginning of what takes long. */
  readonly stage?: (name: string, total: number) => Step;
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
  readonly tags: readonly string[];
  /** RFC 3339. */
  readonly created_at: string;
  /** Of the last change, RFC 3339; where nothing says it, `created_at`. */
  readonly updated_at?: string | undefined;
  readonly status: 'draft' | 'published';
  /** When it is going to be published; RFC 3339. */
  readonly published_at?: string | null | undefined;
  /** Why it is a draft. */
  readonly hidden: readonly string[];
  readonly kind: 'post' | 'page';
  /** Whether the front page begins with it. */
  readonly featured?: boolean | undefined;
  /** What the article says of itself, as far as a post can have it. */
  readonly summary?: string | undefined;
  /** Language tag (BCP 47), where the article says it. */
  readonly lang?: string | null | undefined;
  /** Paths that it had on the blog's host, and no other article of the folder. */
  readonly addresses: readonly string[];
  readonly extra: Extra;
  /** It was this platform's: a post of its moment and author that is at its address already is the same. */
  readonly knownByAddress?: true;
  render(given?: Given): Rendered;
}

/** Everything an import will do; made without asking the platform. */
export interface Plan {
  /** Oldest first. */
  readonly posts: readonly PlannedPost[];
  readonly accounts: readonly Account[];
  /** Paths of pictures by the address that articles name: that of media, or of web, which keeps them as they are. */
  readonly pictures: ReadonlyMap<string, string>;
  /** What may be an article, and does not come in. */
  readonly skipped: readonly FileNote[];
  /** What is no article. */
  readonly asides: readonly FileNote[];
  readonly notes: readonly FileNote[];
  readonly datesGuessed: readonly { file: string; date: string; from: string }[];
  readonly withoutAuthor: readonly string[];
  /** Settings of an exported blog. */
  readonly settings?: BlogSettings | undefined;
}

/** Turns a folder of another program into posts, accounts and pictures. */
export function plan(folder: Folder, options: PlanOptions): Plan {
  const now = options.now ?? new Date();
  const contents = readContents(folder, now);
  return planContents(folder, { ...contents, articles: dated(contents.articles, now) }, options);
}

function planContents(folder: Folder, { articles, skipped, asides, addresses }: Contents, options: PlanOptions): Plan {
  const people = accounts([...articles.flatMap((article) => article.authors), { name: options.author }]);
  const slugs = uniqueSlugs(articles);
  const pages = renderer(folder, articles, { slugs, site: options.site, addresses, fetched: options.fetched });
  const former = formerPaths(articles, formerPlace([options.site, ...addresses]));
  const step = options.stage?.('reading ', articles.length) ?? (() => {});

  const planned = articles.map((article) => {
    const fitted = fitting(article);
    const renderAnew = (given?: Given): Rendered => {
      const rendered = pages.render(article, given);
      return fitted.whole ? { ...rendered, content: `**${fitted.whole}**\n\n${rendered.content}` } : rendered;
    };
    // What is planned is asked for several times, and takes most of an import's time.
    const usual = renderAnew();
    const render = (given?: Given): Rendered => (given ? renderAnew(given) : usual);
    step(article.title);
    const post: PlannedPost = {
      path: article.path,
      source: `${options.name}:${article.path}`,
      title: fitted.title,
      slug: slugs.get(article.path)!,
      author: people.get(article.authors[0]?.name ?? options.author)!.username,
      byline: article.authors.slice(0, limits.byline).map(({ name }) => name),
      category_name: fitted.category,
      tags: fitted.tags,
      created_at: article.date,
      status: article.hidden.length > 0 ? 'draft' : 'published',
      ...(article.scheduled ? { published_at: article.scheduled } : {}),
      hidden: article.hidden,
      kind: article.kind,
      featured: article.featured,
      ...summaryOf(article.extra),
      lang: article.lang,
      addresses: former.of.get(article.path) ?? [],
      render,
    };
    return {
      article,
      post,
      notes: [...fitted.notes, ...(former.notes.get(article.path) ?? [])],
      unfit: unfit(usual),
    };
  });

  const chosen = planned.filter(({ unfit }) => unfit === undefined);
  const named = new Set(
    chosen.flatMap(({ article, post }) => [
      post.author,
      ...article.authors.map(({ name }) => people.get(name)!.username),
    ]),
  );
  return {
    posts: chosen
      .map(({ post }) => post)
      .sort((one, other) => compare(one.created_at, other.created_at) || compare(one.path, other.path)),
    accounts: [...new Map([...people.values()].map((account) => [account.username, account])).values()].filter(
      ({ username }) => named.has(username),
    ),
    pictures: new Map(
      chosen.flatMap(({ post }) => post.render().pictures.map((address) => [address, pages.pictureOf(address)!])),
    ),
    skipped: [...skipped, ...planned.flatMap(({ post, unfit }) => (unfit ? [{ file: post.path, reason: unfit }] : []))],
    asides,
    notes: chosen.flatMap(({ post, notes }) => notes.map((reason) => ({ file: post.path, reason }))),
    datesGuessed: chosen.flatMap(({ article: { path, date, dateGuessedFrom } }) =>
      dateGuessedFrom ? [{ file: path, date, from: dateGuessedFrom }] : [],
    ),
    withoutAuthor: chosen.flatMap(({ article }) => (article.authors.length === 0 ? [article.path] : [])),
  };
}

/** The paths of each article, by its file: the first that has one keeps it. */
function formerPaths(articles: readonly Article[], place: FormerPlace) {
  const owners = new Map<string, string>();
  const notes = new Map<string, string[]>();
  // What everybody could read goes before drafts.
  const inOrder = articles.toSorted((a, b) => Math.min(1, a.hidden.length) - Math.min(1, b.hidden.length));
  for (const { path: file, extra, formerly } of inOrder)
    for (const address of [...extra.addresses, ...(formerly === undefined ? [] : [formerly])]) {
      const path = formerPath(address, place);
      if (path === undefined) continue;
      const owner = owners.get(path) ?? file;
      owners.set(path, owner);
      if (owner !== file)
        notes.set(file, [...(notes.get(file) ?? []), `its old address ${path} is that of ${owner}, too`]);
    }
  return { of: Map.groupBy(owners.keys(), (path) => owners.get(path) as string), notes };
}

/**
 * Articles with the dates that they get: what is to come is a draft of now, scheduled if nothing else hides it, and a guess never stands on top of the blog. The time of a
 * file that is newer than every date which is said is the checkout's: such an article goes below all others.
 */
function dated(articles: readonly Article[], now: Date): Article[] {
  const latest = now.toISOString();
  const said = articles.filter(({ dateGuessedFrom }) => dateGuessedFrom !== 'file time').map(({ date }) => date);
  const past = said.filter((date) => date <= latest).sort();
  const [oldest, newest] = [past[0], past.at(-1)];
  return articles.map((article) => {
    if (article.dateGuessedFrom !== 'file time')
      return article.date > latest ? { ...article, ...scheduled(article), date: latest } : article;
    if (oldest === undefined || newest === undefined)
      return article.date > latest ? { ...article, date: latest } : article;
    if (article.date < newest) return article;
    return { ...article, date: new Date(Date.parse(oldest) - 1000).toISOString(), dateGuessedFrom: 'nothing' };
  });
}

/** Reasons that only say that the time has not come. */
const notYet = /(?:is|,) in the future$|^status: (?:future|scheduled)$/;

const scheduled = ({ date, hidden }: Article): Pick<Article, 'scheduled'> =>
  hidden.every((reason) => notYet.test(reason)) ? { scheduled: date } : {};

/** Title, category and tags as the platform takes them; `whole` is a title that had to be cut. */
function fitting({ title, category, authors, extra, notes }: Article): {
  title: string;
  whole?: string;
  category: string;
  tags: string[];
  notes: string[];
} {
  const cut = { title: shortened(title, limits.title), category: shortened(category, limits.category) };
  const length = [...title].length;
  const { tags, notes: ofTags } = fittingTags(extra.tags);
  return {
    ...cut,
    tags,
    ...(cut.title === title ? {} : { whole: title }),
    notes: [
      ...notes,
      ...(cut.title === title
        ? []
        : [`title has ${length} characters, shortened to ${limits.title}; the whole title begins the text`]),
      ...(cut.category === category ? [] : [`category name shortened: ${cut.category}`]),
      ...ofTags,
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
