import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** As much of markdown-it as is used here; the site has a copy of its own. */
interface Token {
  type: string;
  tag: string;
  attrs: [string, string][] | null;
  children: Token[] | null;
}

interface MarkdownIt {
  core: { ruler: { push(name: string, rule: (state: { tokens: Token[]; env: { path: string } }) => void): void } };
}

export interface RepositoryLinks {
  /** The repository's root. */
  project: string;
  /** Where its files can be read, such as https://git.example/us/dormouse/blob/main; without it their names are no links. */
  source: string | undefined;
}

/**
 * A plugin of markdown-it: links between files of the repository lead to pages of the site, or to the repository.
 * @throws Error for a link to a file that does not exist: VitePress itself asks only for pages
 */
export function repositoryLinks(options: RepositoryLinks): (markdown: MarkdownIt) => void {
  return ({ core }) =>
    core.ruler.push('repository-links', ({ tokens, env }) => {
      for (const { children } of tokens) if (children) follow(children, env.path, options);
    });
}

function follow(tokens: readonly Token[], page: string, options: RepositoryLinks): void {
  let closes = false;
  for (const token of tokens) {
    if (token.type === 'link_close' && closes) {
      Object.assign(token, { type: 'path_close', tag: 'span' });
      closes = false;
    }
    if (token.type !== 'link_open') continue;
    const href = token.attrs?.find(([name]) => name === 'href');
    if (!href || /^([a-z][a-z0-9+.-]*:|#|\/)/i.test(href[1])) continue;
    const target = targetOf(href[1], page, options);
    if (target.link !== undefined) href[1] = target.link;
    else {
      Object.assign(token, { type: 'path_open', tag: 'span', attrs: [['title', target.path]] });
      closes = true;
    }
  }
}

function targetOf(href: string, page: string, { project, source }: RepositoryLinks): { link?: string; path: string } {
  const [path = '', anchor] = href.split('#');
  const file = join(dirname(page), decodeURIComponent(path));
  const named = relative(project, file);
  if (!existsSync(file)) throw new Error(`${relative(project, page)} links to ${href}: there is no ${named}`);
  const behind = anchor === undefined ? '' : `#${anchor}`;
  const isFolder = statSync(file).isDirectory();
  const shown = isFolder ? join(file, 'README.md') : file;
  if (shown.endsWith('.md') && existsSync(shown) && !named.startsWith('.'))
    return {
      link: `${isFolder ? join(path, 'README.md') : path}${behind}`.replace(/README\.md(?=#|$)/, 'index.md'),
      path: named,
    };
  return source ? { link: `${source}/${named}${behind}`, path: named } : { path: named };
}
