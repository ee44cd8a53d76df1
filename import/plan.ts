import { createHash } from 'node:crypto';
import { type Account, accounts } from './accounts.ts';
import { type Article, readArticle } from './article.ts';
import { commonMark } from './commonmark.ts';
import type { Folder } from './folder.ts';
import { latin } from './latin.ts';
import { rewriteLinks } from './links.ts';
import { places } from './places.ts';

const limits = { title: 120, content: 100_000, category: 50, byline: 20 };
const pictureTypes = /\.(?:png|jpe?g|gif|webp|avif|svg)$/i;

export interface PlanOptions {
  /** Names this import: part of every post's `source`, and the author's name where a file says none. */
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
  readonly author: string;
  readonly byline: readonly string[];
  readonly category_name: string;
  readonly created_at: string;
  readonly status: 'draft' | 'published';
  render(given?: Given): Rendered;
}

/** What turned out differently from the plan. */
export interface Given {
  /** Slugs by path. */
  readonly slugs?: ReadonlyMap<string, string>;
  /** Hashes of pictures that the platform did not take. */
  readonly refused?: ReadonlySet<string>;
}

export interface Rendered {
  readonly content: string;
  readonly pictures: readonly string[];
  readonly deadLinks: readonly string[];
  /** Pictures that lie elsewhere than their link says. */
  readonly found: readonly { target: string; path: string }[];
  /** Paths of the articles it links to. */
  readonly articles: readonly string[];
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
  const skipped: FileNote[] = [];
  const notes: FileNote[] = [];
  const articles = folder.documents.flatMap((file): Article[] => {
    const article = readArticle(file);
    if ('skipped' in article) skipped.push({ file: file.path, reason: article.skipped });
    return 'skipped' in article ? [] : [article];
  });
  const people = accounts([...articles.flatMap((article) => article.authors), { name: options.author }]);
  const slugs = uniqueSlugs(articles);
  const hashes = new Map<string, string>();
  const at = places(
    articles.map(({ path }) => path),
    folder.files,
  );

  const render = (article: Article, fullTitle: string | undefined, given: Given = {}): Rendered => {
    const seen = { pictures: [] as string[], deadLinks: [] as string[], found: [] as { target: string; path: string }[], articles: [] as string[] };
    const text = rewriteLinks(commonMark(article.body), (target, kind) => {
      const other = kind === 'link' ? at.article(article.path, target) : undefined;
      if (other) {
        seen.articles.push(other);
        return `/blog/posts/${encodeURIComponent(given.slugs?.get(other) ?? slugs.get(other)!)}${/#.*$/s.exec(target)?.[0] ?? ''}`;
      }
      const file = at.file(article.path, target);
      if (file && pictureTypes.test(file.path)) {
        const hash = hashOf(folder, file.path, hashes);
        if (file.moved) seen.found.push({ target, path: file.path });
        if (!given.refused?.has(hash)) {
          seen.pictures.push(hash);
          return `/blog/media/${hash}`;
        }
      }
      seen.deadLinks.push(target);
      return kind === 'link' ? formerAddress(options.site, article.path, target) : undefined;
    });
    return { content: `${fullTitle ? `**${fullTitle}**\n\n` : ''}${text.trim()}`, ...seen };
  };

  const posts = articles.flatMap((article): PlannedPost[] => {
    const title = shortened(article.title, limits.title);
    const category = shortened(article.category, limits.category);
    const fullTitle = title === article.title ? undefined : article.title;
    const length = [...render(article, fullTitle).content].length;
    const reason =
      length > limits.content ? `its text has ${length} characters, at most ${limits.content} are allowed` : length === 0 ? 'it has no text' : undefined;
    if (reason) {
      skipped.push({ file: article.path, reason });
      return [];
    }
    const told = [
      ...article.notes,
      ...(fullTitle ? [`title has ${[...article.title].length} characters, shortened to ${limits.title}; the whole title begins the text`] : []),
      ...(category === article.category ? [] : [`category name shortened: ${category}`]),
      ...(article.authors.length > limits.byline ? [`${article.authors.length} authors, the first ${limits.byline} are named`] : []),
    ];
    notes.push(...told.map((reason) => ({ file: article.path, reason })));
    const owner = article.authors[0]?.name ?? options.author;
    return [
      {
        path: article.path,
        source: `${options.name}:${article.path}`,
        title,
        slug: slugs.get(article.path)!,
        author: people.get(owner)!.username,
        byline: article.authors.slice(0, limits.byline).map(({ name }) => name),
        category_name: category,
        created_at: article.date,
        status: article.draft ? 'draft' : 'published',
        render: (given) => render(article, fullTitle, given),
      },
    ];
  });
  posts.sort((one, other) => compare(one.created_at, other.created_at) || compare(one.path, other.path));

  const kept = new Set(posts.map(({ path }) => path));
  const chosen = articles.filter(({ path }) => kept.has(path));
  const withoutAuthor = chosen.filter((article) => article.authors.length === 0).map(({ path }) => path);
  const used = new Set([...posts.map(({ author }) => author), ...chosen.flatMap((article) => article.authors.map(({ name }) => people.get(name)!.username))]);
  const wanted = new Set(posts.flatMap((post) => post.render().pictures));
  return {
    posts,
    accounts: [...new Map([...people.values()].map((account) => [account.username, account])).values()].filter(({ username }) => used.has(username)),
    pictures: new Map([...hashes].filter(([, hash]) => wanted.has(hash)).map(([path, hash]) => [hash, path])),
    skipped: skipped.sort((one, other) => compare(one.file, other.file)),
    notes,
    datesGuessed: chosen.flatMap(({ path, date, dateGuessedFrom }) => (dateGuessedFrom ? [{ file: path, date, from: dateGuessedFrom }] : [])),
    withoutAuthor,
  };
}

/** Slugs by path, in the order of the paths: the second of two equal ones gets its category's name, then a number. */
function uniqueSlugs(articles: readonly Article[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    articles.map(({ path, slug, category }) => {
      const choices = [slug, `${slug}-${latin(category) || 'more'}`];
      let free = choices.find((choice) => !taken.has(choice));
      for (let number = 2; free === undefined; number++) if (!taken.has(`${slug}-${number}`)) free = `${slug}-${number}`;
      taken.add(free);
      return [path, free];
    }),
  );
}

function hashOf(folder: Folder, path: string, known: Map<string, string>): string {
  const hash = known.get(path) ?? createHash('sha256').update(folder.read(path)).digest('hex');
  known.set(path, hash);
  return hash;
}

function formerAddress(site: string | undefined, from: string, target: string): string | undefined {
  if (!site) return undefined;
  const page = new URL(`${from.replace(/\.\w+$/, '')}/`, `${site.replace(/\/+$/, '')}/`);
  return URL.canParse(target, page) ? new URL(target, page).href : undefined;
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
