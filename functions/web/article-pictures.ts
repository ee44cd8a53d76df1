import type { api } from '@dormouse/media/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { colorClass } from './colors.ts';

/** A picture of ours that can be shown. */
export type ReadyPicture = ResponseOf<typeof api.ready, 200>[number];

/** An article with its pictures as browsers like them best. */
export interface Pictured {
  html: string;
  /** Colours that stand where pictures will be. */
  colors: readonly { color: string }[];
}

/** As the sanitiser writes it: every value is quoted. */
const element = /<img((?:\s+[a-z]+="[^"]*")*)\s*\/?>/g;
const address = /^\/blog\/media\/pictures\/([0-9a-f]{64})-(?:640|1280|1920)\.(?:avif|webp|jpg)$/;
/** The column of an article, and the whole width where it is narrower. */
const sizes = '(min-width: 46rem) 44rem, 94vw';
/** Of a picture in a gallery, which stands out on both sides: half of that at most. */
const sizesInGallery = '(min-width: 64rem) 27rem, (min-width: 46rem) 22rem, 47vw';
/** As the sanitiser writes what galleries.ts makes. */
const gallery = /(<div class="gallery">[\s\S]*?<\/div>)/;

/** Names of our pictures in an article, each once. @param html sanitised */
export function picturesIn(html: string): string[] {
  const hashes = Array.from(html.matchAll(element), ([, attributes = '']) => hashOf(attributesOf(attributes)));
  return [...new Set(hashes.filter((hash) => hash !== undefined))];
}

/**
 * Gives our pictures every format and width, the size that keeps the text from jumping, and a colour until they are there. What else the
 * article has is left as it is, and so are pictures that are not ready.
 * @param html sanitised
 */
export function withPictures(html: string, ready: ReadonlyMap<string, ReadyPicture>): Pictured {
  const shown = new Set<string>();
  const withSizes = (part: string, width: string) =>
    part.replace(element, (whole, attributes: string) => {
      const given = attributesOf(attributes);
      const picture = ready.get(hashOf(given) ?? '');
      if (!picture) return whole;
      shown.add(picture.color);
      return pictureElement(given, picture, width);
    });
  const changed = html
    .split(gallery)
    .map((part, index) => withSizes(part, index % 2 === 1 ? sizesInGallery : sizes))
    .join('');
  return { html: changed, colors: Array.from(shown, (color) => ({ color })) };
}

type Attributes = ReadonlyMap<string, string>;

const attributesOf = (text: string): Attributes =>
  new Map(Array.from(text.matchAll(/([a-z]+)="([^"]*)"/g), ([, name, value]) => [name as string, value as string]));

const hashOf = (attributes: Attributes): string | undefined => address.exec(attributes.get('src') ?? '')?.[1];

/** `srcset` of a picture in one of its media types; empty where it has none of it. */
export const sourcesOf = ({ variants }: Pick<ReadyPicture, 'variants'>, type: string): string =>
  variants
    .filter((each) => each.type === type)
    .map((each) => `${each.address} ${each.width}w`)
    .join(', ');

function pictureElement(given: Attributes, picture: ReadyPicture, sizes: string): string {
  const { width, height, color } = picture;
  const of = (type: string) => sourcesOf(picture, type);
  const sources = ['image/avif', 'image/webp'].flatMap((type) =>
    of(type) ? [`<source type="${type}" srcset="${of(type)}" sizes="${sizes}">`] : [],
  );
  const size = given.has('width')
    ? []
    : ([
        ['width', width],
        ['height', height],
      ] as const);
  const all = new Map<string, string | number>([
    ...given,
    ...size,
    ['srcset', of('image/jpeg')],
    ['sizes', sizes],
    ['class', `placeholder ${colorClass(color)}`],
  ]);
  return `<picture>${sources.join('')}<img${[...all].map(([name, value]) => ` ${name}="${value}"`).join('')}></picture>`;
}
