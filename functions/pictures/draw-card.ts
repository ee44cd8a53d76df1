import type { PostCard } from '@dormouse/runtime/post-card';
import { type CardFonts, cardFonts, families } from './card-fonts.ts';
import { NoEncoder } from './encoded.ts';

/**
 * A PNG of 1200 × 630 pixels. A title with letters that there are no signs for is left out, and the blog's name stands in its place; so is such a
 * name. @throws NoEncoder
 */
export type DrawCard = (card: PostCard) => Promise<Buffer>;

type Takumi = Pick<typeof import('@takumi-rs/core'), 'Renderer'>;
type Node = Parameters<InstanceType<Takumi['Renderer']>['render']>[0];

const [width, height] = [1200, 630];

/** Draws with Takumi, which is loaded with the first card: it is native. Fonts are read as far as titles need them. */
export function cardDrawer(load: () => Promise<Takumi> = loadTakumi): DrawCard {
  let loaded: Promise<{ renderer: InstanceType<Takumi['Renderer']>; fonts: CardFonts }> | undefined;
  const begin = async () => {
    const { Renderer } = await load();
    return { renderer: new Renderer(), fonts: await cardFonts().catch(without('the fonts @fontsource/…')) };
  };
  return async (card) => {
    const { renderer, fonts } = await (loaded ??= begin());
    const name = drawable(card.blog, fonts) ?? '';
    const own = drawable(card.title, fonts);
    const [title, blog] = own === undefined ? [name, ''] : [own, name];
    for (const { name, data, unicodeRange } of await fonts.filesFor(`${title}${blog}…`))
      await renderer.registerFont({ name, data, weight: 700, unicodeRange });
    const fontFamilies = [...families];
    return renderer.render(cardNode({ ...card, title, blog }), { width, height, format: 'png', fontFamilies });
  };
}

const loadTakumi = (): Promise<Takumi> => import('@takumi-rs/core').catch(without('the npm package @takumi-rs/core'));

const without = (what: string) => (cause: unknown) => {
  throw new NoEncoder(
    `Cards cannot be drawn on this machine: ${what} cannot be loaded on ${process.platform} ${process.arch} (npm ci, with optional dependencies, on a platform that it is built for)`,
    { cause },
  );
};

/** Without signs that no font has; undefined when these are letters, of which boxes would be drawn. */
function drawable(text: string, fonts: CardFonts): string | undefined {
  const characters = [...text.normalize('NFC')];
  const missing = characters.filter((each) => !fonts.has(each));
  if (missing.some((each) => /[\p{L}\p{N}\p{M}]/u.test(each) && !/\p{Variation_Selector}/u.test(each)))
    return undefined;
  return characters.filter((each) => fonts.has(each) || /[\u200d\s]|\p{Variation_Selector}/u.test(each)).join('');
}

/** How wide a text is, in letters of Latin. */
const lengthOf = (text: string): number =>
  [...text].reduce(
    (sum, each) =>
      sum +
      (/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|\p{Emoji_Presentation}/u.test(each)
        ? 1.8
        : 1),
    0,
  );

/** Font sizes of titles, by their length at most. */
const sizes = [
  [20, 118],
  [44, 96],
  [80, 78],
  [Number.POSITIVE_INFINITY, 62],
] as const;

const rightToLeft = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u;

function cardNode({ title, blog, accent }: PostCard): Node {
  const isRtl = rightToLeft.test(title);
  const length = lengthOf(title);
  const fontSize = sizes.find(([most]) => length <= most)?.[1] ?? 62;
  const circle = (size: number, left: number, top: number): Node => ({
    type: 'container',
    style: {
      position: 'absolute',
      width: size,
      height: size,
      left: isRtl ? width - left - size : left,
      top,
      borderRadius: size / 2,
      backgroundColor: 'rgba(255, 255, 255, 0.055)',
    },
    children: [],
  });
  return {
    type: 'container',
    style: {
      width,
      height,
      display: 'flex',
      flexDirection: 'column',
      justifyContent: 'space-between',
      padding: '72px 80px 64px',
      overflow: 'hidden',
      color: '#ffffff',
      backgroundColor: accent,
      backgroundImage: 'linear-gradient(155deg, rgba(255, 255, 255, 0.08), rgba(0, 0, 0, 0.26))',
      fontFamily: families.join(', '),
      fontWeight: 700,
      direction: isRtl ? 'rtl' : 'ltr',
    },
    children: [
      circle(520, 850, 300),
      circle(300, 690, 480),
      {
        type: 'text',
        text: title,
        style: {
          fontSize,
          lineHeight: 1.18,
          letterSpacing: isRtl ? '0' : '-0.02em',
          lineClamp: 4,
          textOverflow: 'ellipsis',
          // Korean breaks between words; a word that is too long breaks anywhere.
          wordBreak: /\p{Script=Hangul}/u.test(title) ? 'keep-all' : 'normal',
          overflowWrap: 'anywhere',
          textWrap: 'balance',
          textAlign: isRtl ? 'right' : 'left',
        },
      },
      {
        type: 'container',
        style: { display: 'flex', flexDirection: 'row', alignItems: 'center', gap: 22 },
        children: [
          {
            type: 'container',
            style: {
              width: 12,
              height: 42,
              flexShrink: 0,
              borderRadius: 6,
              backgroundColor: 'rgba(255, 255, 255, 0.9)',
            },
            children: [],
          },
          {
            type: 'text',
            text: blog,
            style: {
              maxWidth: 1000,
              fontSize: 38,
              lineHeight: 1.3,
              lineClamp: 1,
              textOverflow: 'ellipsis',
              overflowWrap: 'anywhere',
            },
          },
        ],
      },
    ],
  } as Node;
}
