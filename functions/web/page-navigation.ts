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
 * Puts a page into the navigation, or takes it out, as the editor's form says. One that nobody sees yet is not put there. The page is saved
 * already: what goes wrong here leaves the navigation as it is.
 * @param action where the form went: an address that the page may have had until now
 */
export async function keepInNavigation(
  { blogSettings, site }: Pick<Web, 'blogSettings' | 'site'>,
  post: Post,
  { writing, action, session }: { writing: { in_navigation?: boolean | undefined }; action: string; session: Session },
): Promise<void> {
  if (writing.in_navigation === undefined || session.role !== 'admin' || post.kind !== 'page') return;
  try {
    const { settings, etag } = await blogSettings.read();
    const navigation = writing.in_navigation
      ? added(settings.navigation, post, action)
      : without(settings.navigation, post, action);
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
  if (post.status !== 'published') return navigation;
  if (!navigation.some(({ href }) => isOf(href, post, action)))
    return [...navigation, { label: [...post.title].slice(0, 40).join('').trim(), href: pathOf(post) }];
  return navigation.map((link) => (isOf(link.href, post, action) ? { ...link, href: pathOf(post) } : link));
}

const without = (navigation: Links, post: Post, action: string): Links =>
  navigation.filter(({ href }) => !isOf(href, post, action));
