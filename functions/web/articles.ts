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

/** Markdown, rendered. The renderer and its libraries are loaded by the first text that is. */
export async function renderArticle(content: string): Promise<string> {
  return (await loadRenderer()).renderMarkdown(content);
}

const loadRenderer = () => import('./markdown.ts');

/**
 * Rendered articles by post and version, at most 64 in this process: a version never changes, so neither does what was rendered.
 * @param release names this build, so that a new renderer does not show what an older one made.
 */
export function articles(
  cache: ArticleCache,
  release: string,
  render: (content: string) => Promise<string> = renderArticle,
): Articles {
  const recent = new Map<string, Promise<string>>();
  return {
    prepare: () => void loadRenderer().catch(() => {}),
    of({ post, etag }) {
      // Without a version there is nothing to keep it by.
      if (!etag) return render(post.content);
      const key = `${release}:${post.id}:${etag}`;
      const known = recent.get(key);
      if (known) return known;
      const rendered = cache.get(key, () => render(post.content));
      recent.set(key, rendered);
      rendered.catch(() => recent.delete(key));
      if (recent.size > maxArticles) recent.delete(recent.keys().next().value as string);
      return rendered;
    },
  };
}
