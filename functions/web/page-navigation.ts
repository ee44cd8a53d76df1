import { AppError } from '@dormouse/runtime/errors';
import type { Settings } from './blog-settings.ts';
import type { Web } from './dependencies.ts';
import type { Post } from './posts.ts';
import type { Session } from './session.ts';

type Links = Settings['navigation'];

/** Whether a post that is edited at an address stands in the navigation. @param action where its form goes */
export const isInNavigation = (navigation: Links, action: string): boolean =>
  navigation.some(({ href }) => `${href}/edit` === action);

/**
 * Puts a page into the navigation, or takes it out, as the editor's form says; out goes whatever nobody sees any more. The page is saved
 * already: what goes wrong here leaves the navigation as it is.
 * @param action where the form went: an address that the page may have had until now
 */
export async function keepInNavigation(
  { blogSettings, site }: Pick<Web, 'blogSettings' | 'site'>,
  post: Post,
  { writing, action, session }: { writing: { in_navigation?: boolean | undefined }; action: string; session: Session },
): Promise<void> {
  if (writing.in_navigation === undefined || session.role !== 'admin' || post.kind !== 'page') return;
  const isWanted = writing.in_navigation && post.status === 'published';
  await change(blogSettings, site, session, (links) =>
    isWanted ? added(links, post, action) : without(links, post, action),
  );
}

/** Takes what was deleted out of the navigation, where an administrator has deleted it. @param path of the post's page */
export async function forgetInNavigation(
  { blogSettings, site }: Pick<Web, 'blogSettings' | 'site'>,
  path: string,
  session: Session,
): Promise<void> {
  if (session.role !== 'admin' || !(await site.current()).navigation.some(({ href }) => href === path)) return;
  await change(blogSettings, site, session, (links) => links.filter(({ href }) => href !== path));
}

async function change(
  blogSettings: Web['blogSettings'],
  site: Web['site'],
  session: Session,
  changed: (links: Links) => Links,
): Promise<void> {
  try {
    const { settings, etag } = await blogSettings.read();
    const navigation = changed(settings.navigation);
    if (JSON.stringify(navigation) === JSON.stringify(settings.navigation)) return;
    await blogSettings.change({ navigation: [...navigation] }, etag, session.token);
    await site.purge();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

const pathOf = ({ slug }: Post): string => `/blog/posts/${encodeURIComponent(slug)}`;

const isOf = (href: string, post: Post, action: string): boolean => href === pathOf(post) || `${href}/edit` === action;

/** With its name as somebody has put it, at the address that it has now; at the end when it is new. */
function added(navigation: Links, post: Post, action: string): Links {
  if (!navigation.some(({ href }) => isOf(href, post, action)))
    return [...navigation, { label: [...post.title].slice(0, 40).join('').trim(), href: pathOf(post) }];
  return navigation.map((link) => (isOf(link.href, post, action) ? { ...link, href: pathOf(post) } : link));
}

const without = (navigation: Links, post: Post, action: string): Links =>
  navigation.filter(({ href }) => !isOf(href, post, action));
