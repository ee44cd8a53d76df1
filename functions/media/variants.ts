import { face, type PictureFormat, pictureFormats, pictureWidths } from '@dormouse/runtime/picture-variants';

/** The width that an article names. */
export const namedWidth = 1280;

export const typeOf: Readonly<Record<PictureFormat, 'image/avif' | 'image/webp' | 'image/jpeg'>> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
};

/** Every name that a variant can have. */
export const variantNames: readonly string[] = [
  face.name,
  ...pictureWidths.flatMap((width) => pictureFormats.map((format) => `${width}.${format}`)),
];

/** Address of a variant, `1280.webp`. */
export const addressOf = (hash: string, name: string): string => `/blog/media/pictures/${hash}-${name}`;

/** Names the picture that stands for a post on cards of links: by what it shows. */
export interface CardName {
  post: number;
  /** See `cardDigest`. */
  digest: string;
}

/** Keys of the store. Two letters a folder: no folder grows large. */
export const originalKey = (hash: string): string => `originals/${hash.slice(0, 2)}/${hash}`;
/** What an account has put into the store itself, until media has looked at it. */
export const arrivedKey = (ownerId: number, hash: string): string => `arrived/${ownerId}/${hash}`;
/** Of the picture of a post on cards of links. */
export const cardKey = ({ post, digest }: CardName): string => `drawn/${digest.slice(0, 2)}/${post}-${digest}.png`;
/** Of one that was drawn when its post was published, by the hash of its bytes (releases before decision 127). */
export const earlierCardKey = (hash: string): string => `cards/${hash.slice(0, 2)}/${hash}.png`;
export const variantKey = (hash: string, name: string): string => `pictures/${hash.slice(0, 2)}/${hash}-${name}`;
