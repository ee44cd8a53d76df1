import type { FrontMatter, Pair } from '../front-matter.ts';

/** What the place of a file says about it, as the program that made a site of the folder understands it. */
export interface Place {
  /** Why it is no article, and nothing that anybody wrote for readers. */
  readonly aside?: string;
  /** Why the program does not show it. */
  readonly hidden: readonly string[];
  readonly kind: 'post' | 'page';
  /** Fields that hold where the file's own front matter does not say otherwise, the last counts. */
  readonly defaults: readonly Pair[];
  /** A date that the path says. */
  readonly date?: string | undefined;
  /** What its address and title are made of: without date, language and ending. */
  readonly name: string;
  /** Folders that may be categories, the outermost first. */
  readonly folders: readonly string[];
  readonly language?: string | undefined;
  /** The collection of Jekyll that it belongs to. */
  readonly collection?: string;
  /** What the text is written in, where the settings of a site in several languages say it: of the main one, too. */
  readonly textLanguage?: string | undefined;
}

/** A file that the program made a page of. */
export interface PublishedPage {
  /** Relative to the site's root. */
  readonly path: string;
  readonly place: Place;
  /** Of its front matter, with what its place hands down. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** RFC 3339. */
  readonly date: string;
  readonly categories: readonly string[];
}

/** A folder that a program makes a site of. */
export interface Site {
  /** The program's name. */
  readonly program: string;
  /** Relative to the imported folder, with `/`; empty for the folder itself. */
  readonly root: string;
  /** Where times without a zone are. */
  readonly zone?: string | undefined;
  /** A day without a time is in `zone`, a time without a zone is UTC. */
  readonly timesAreUtc?: boolean;
  /** It reads files whose names begin with "_" as any others. */
  readonly readsUnderscores?: boolean;
  /** Where the blog was: `https://blog.example/path`. */
  readonly address?: string | undefined;
  /** Front matter may begin without a line of hyphens. */
  readonly headMayBeginWithout?: boolean;
  /** A string of categories is a list of words. */
  readonly categoriesAreWords?: boolean;
  /** The title of a post without one. */
  readonly titleOfName?: (name: string) => string;
  /** The file's name is the title, whatever headings the text has; one of the first rank on top of it counts. */
  readonly namesAreTitles?: boolean;
  /** Words like `#this` are tags. */
  readonly tagsInText?: boolean;
  /** People by the keys that articles name them with. */
  readonly authors?: ReadonlyMap<string, { readonly name: string; readonly url?: string | undefined }>;
  place(path: string, head: FrontMatter): Place;
  /** What tags are shown as, by the keys that articles name them with. */
  readonly tags?: ReadonlyMap<string, string>;
  /** Whether a tag only puts an article into a list of the program. */
  readonly isList?: (tag: string, place: Place) => boolean;
  /** The path that a page had, below the site's address; undefined where the settings do not tell it. */
  readonly permalink?: (page: PublishedPage) => string | undefined;
}

/** A path's folders, and its name without ending. */
export function partsOf(path: string): { folders: string[]; base: string; name: string } {
  const folders = path.split('/');
  const base = folders.pop()!;
  return { folders, base, name: base.replace(/\.(?:md|mdx|mdoc|markdown|mdown|mkdn?|html?)$/i, '') };
}

/** A site whose settings cannot be read: what they hide is not known, and so everything is hidden. */
export function hidingAll(site: Site, file: string): Site {
  return {
    ...site,
    place(path, head) {
      const place = site.place(path, head);
      return { ...place, hidden: [...place.hidden, `${file} cannot be read`] };
    },
  };
}

/** Name and folders of a page; one that is the index of a folder has the folder's name. */
export function pageOf({
  folders,
  name,
}: {
  folders: readonly string[];
  name: string;
}): Pick<Place, 'folders' | 'name'> {
  const index = /^(?:index|readme)$/i.test(name) && folders.length > 0;
  return index ? { name: folders.at(-1)!, folders: folders.slice(0, -1) } : { name, folders };
}

/** A path as seen from a folder above it; undefined when it does not lie there. */
export function below(root: string, path: string): string | undefined {
  if (root === '' || root === '.') return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}
