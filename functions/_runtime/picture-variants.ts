/** Widths that pictures are made in, the largest first. One that is wider than the picture itself is left out, save for the smallest. */
export const pictureWidths = [1920, 1280, 640] as const;
/** Highest variant: a picture of a long page becomes narrower instead. WebP ends at 16,383. */
export const maxPictureHeight = 8192;

/** A square of the middle, for a person's picture beside their name: three pixels for each that is shown. Pictures of earlier releases have none. */
export const face = { name: '96.webp', side: 96 } as const;

export const pictureFormats = ['avif', 'webp', 'jpg'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** What decides which variants a picture has. */
export interface Dimensions {
  width: number;
  height: number;
  animated: boolean;
}

export interface PictureVariant {
  /** `1280.webp` */
  name: string;
  format: PictureFormat;
  /** Of its box: what the name says. */
  maxWidth: number;
  /** As it is: never more than that of the picture. */
  width: number;
}

/**
 * The variants of a picture, in the order in which they are made and stored: whoever asks for one that is left out gets the next smaller
 * one, and so must not find the smaller one earlier.
 */
export function variantsOf({ width, height, animated }: Dimensions): PictureVariant[] {
  const made = pictureWidths.filter((_, index) => width > (pictureWidths[index + 1] ?? 0));
  // There is no encoder for animated AVIF, and a browser would prefer it: the picture would stand still.
  const used = pictureFormats.filter((format) => !(animated && format === 'avif'));
  return made.flatMap((maxWidth) =>
    used.map((format) => ({
      name: `${maxWidth}.${format}`,
      format,
      maxWidth,
      width: Math.max(1, Math.round(width * Math.min(1, maxWidth / width, maxPictureHeight / height))),
    })),
  );
}
