import type { Article } from './article.ts';
import type { Versioned } from './posts.ts';

/** Rendered articles of posts. */
export interface Articles {
  /** The content of a post as sanitised HTML. */
  of(versioned: Versioned): Promise<string>;
  /** Begins to load the renderer, which takes as long as a sleeping function takes to fetch the post. */
  prepare(): void;
}

/** What is kept elsewhere than in this process, for the next instance: runtime's cache. */
export interface ArticleCache {
  get(key: string, load: () => Promise<string>): Promise<string>;
}

const maxArticles = 64;
/** UTF-16 units of all of them. */
const maxLength = 4 * 1024 * 1024;
/** Longer texts are rendered in a thread: they hold up other requests, and some may run away. */
const maxHereCharacters = 8_000;
/** An article that could have been better is made anew after this time. */
const retryMs = 60_000;

/** Markdown, rendered. The renderer and its libraries are loaded by the first text that is. */
export async function renderArticle(content: string): Promise<Article> {
  if (content.length > maxHereCharacters) return (await import('./render-thread.ts')).renderInThread(content);
  return (await loadRenderer()).renderMarkdown(content);
}

const loadRenderer = () => import('./markdown.ts');

/** Not to be kept for other instances. */
class Incomplete extends Error {
  readonly html: string;
  constructor(html: string) {
    super('incomplete');
    this.html = html;
  }
}

/**
 * Rendered articles by post and version, at most 64 in this process: a version never changes, so neither does what was rendered.
 * @param release names this build, so that a new renderer does not show what an older one made.
 */
export function articles(
  cache: ArticleCache,
  release: string,
  render: (content: string) => Promise<Article> = renderArticle,
  later: (work: () => void, ms: number) => void = (work, ms) => void setTimeout(work, ms).unref(),
): Articles {
  const recent = new Map<string, { html: Promise<string>; length: number }>();
  let length = 0;
  const forget = (key: string) => {
    length -= recent.get(key)?.length ?? 0;
    recent.delete(key);
  };
  const keep = (key: string, html: Promise<string>) => {
    const entry = { html, length: 0 };
    recent.set(key, entry);
    const forgetOldest = () => {
      for (const oldest of recent.keys()) {
        if (recent.size <= maxArticles && length <= maxLength) break;
        forget(oldest);
      }
    };
    forgetOldest();
    html.then(
      (made) => {
        if (recent.get(key) !== entry) return;
        length += entry.length = made.length;
        forgetOldest();
      },
      () => forget(key),
    );
  };
  return {
    prepare: () => void loadRenderer().catch(() => {}),
    of({ post, etag }) {
      // Without a version there is nothing to keep it by.
      if (!etag) return render(post.content).then(({ html }) => html);
      const key = `${release}:${post.id}:${etag}`;
      const known = recent.get(key);
      if (known) return known.html;
      const whole = () =>
        render(post.content).then((article) =>
          article.complete ? article.html : Promise.reject(new Incomplete(article.html)),
        );
      const rendered = cache.get(key, whole).catch((error) => {
        if (!(error instanceof Incomplete)) throw error;
        later(() => forget(key), retryMs);
        return error.html;
      });
      keep(key, rendered);
      return rendered;
    },
  };
}
