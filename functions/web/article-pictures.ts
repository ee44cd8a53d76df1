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
  const changed = html.replace(element, (whole, attributes: string) => {
    const given = attributesOf(attributes);
    const picture = ready.get(hashOf(given) ?? '');
    if (!picture) return whole;
    shown.add(picture.color);
    return pictureElement(given, picture);
  });
  return { html: changed, colors: Array.from(shown, (color) => ({ color })) };
}

type Attributes = ReadonlyMap<string, string>;

const attributesOf = (text: string): Attributes =>
  new Map(Array.from(text.matchAll(/([a-z]+)="([^"]*)"/g), ([, name, value]) => [name as string, value as string]));

const hashOf = (attributes: Attributes): string | undefined => address.exec(attributes.get('src') ?? '')?.[1];

function pictureElement(given: Attributes, { width, height, color, variants }: ReadyPicture): string {
  const of = (type: string) =>
    variants
      .filter((each) => each.type === type)
      .map((each) => `${each.address} ${each.width}w`)
      .join(', ');
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
