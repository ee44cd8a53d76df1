import { type ReadyPicture, sourcesOf } from './article-pictures.ts';
import { colorClass } from './colors.ts';
import { type Html, markup, none, trusted } from './html.ts';
import type { PostSummary } from './posts.ts';

/** Covers of posts that can be shown, by their hashes. */
export type Covers = ReadonlyMap<string, ReadyPicture>;

/** Hashes of the covers of posts, each once. */
export const coversOf = (posts: readonly Pick<PostSummary, 'cover'>[]): string[] => [
  ...new Set(posts.flatMap(({ cover }) => cover ?? [])),
];

export interface CoverOptions {
  /** How wide it is shown (`sizes` of HTML). */
  sizes: string;
  /** What it shows; empty where something beside it says that. */
  alt: string;
  /** A property of microformats. */
  property?: 'u-featured';
  /** Whether it is in sight when the page opens: it is loaded first then, and else when somebody comes near it. */
  first?: boolean;
}

/** A cover in every format and width, with its size, so that nothing moves when it is there. */
export function coverPicture(picture: ReadyPicture, { sizes, alt, first = false, property }: CoverOptions): Html {
  const { width, height, color } = picture;
  const source = (type: string) => {
    const set = sourcesOf(picture, type);
    return set ? markup`<source type="${type}" srcset="${set}" sizes="${sizes}">` : none;
  };
  const jpeg = sourcesOf(picture, 'image/jpeg');
  return markup`<picture>${source('image/avif')}${source('image/webp')}<img src="${jpegOf(picture)}" srcset="${jpeg}" sizes="${sizes}" width="${width}" height="${height}" alt="${alt}" class="placeholder ${colorClass(color)}${property ? ` ${property}` : ''}"${trusted(first ? ' fetchpriority="high"' : ' loading="lazy" decoding="async"')}></picture>`;
}

/** Address of a picture for programs that take one: a JPEG of 1280 pixels, or as wide as it is. */
export const jpegOf = ({ hash }: Pick<ReadyPicture, 'hash'>): string => `/blog/media/pictures/${hash}-1280.jpg`;

/** A picture as cards of links show it. */
export interface CardPicture {
  /** Path on this blog. */
  path: string;
  width: number;
  height: number;
  /** What it shows. */
  alt: string;
}

/** A cover on a card: in the size of its JPEG. */
export function coverCard(picture: ReadyPicture, alt: string): CardPicture {
  const width = Math.min(1280, picture.width);
  return { path: jpegOf(picture), width, height: Math.round((picture.height * width) / picture.width), alt };
}
