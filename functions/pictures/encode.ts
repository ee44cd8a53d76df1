import { face, maxPictureHeight, type PictureVariant, variantsOf } from '@dormouse/runtime/picture-variants';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { type Encode, type Encoded, type EncodedVariant, NoEncoder, Undecodable } from './encoded.ts';

/** Of all frames together: a file of a few kilobytes may claim billions. */
const maxMegapixels = 50;
const maxSeconds = 30;
/** Frames of a moving picture. */
const maxFrames = 500;

type SharpModule = typeof import('sharp')['default'];

/** What libvips may load, by the names of its classes: nothing else is tried, whatever the bytes say. */
const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`);
const formats = ['jpeg', 'png', 'webp', 'gif', 'heif'];

/**
 * Encodes with sharp, which is loaded with the first picture: it is native, and takes 80 ms and 27 MiB. Whatever is answered was decoded
 * and encoded anew: EXIF, and what else had been hidden in the file, is not in it.
 */
export function encoder(load: () => Promise<SharpModule> = loadSharp): Encode {
  let loaded: Promise<SharpModule> | undefined;
  return async (original) => {
    const sharp = await (loaded ??= load());
    try {
      return await encode(sharp, original);
    } catch (error) {
      if (error instanceof Undecodable) throw error;
      throw new Undecodable(reasonOf(error as Error), { cause: error });
    }
  };
}

/** @throws NoEncoder where sharp has no build for this machine */
async function loadSharp(): Promise<SharpModule> {
  try {
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: loaders });
    return sharp;
  } catch (cause) {
    throw new NoEncoder(
      `Pictures cannot be made on this machine: the npm package sharp does not load on ${process.platform} ${process.arch} (npm ci, with optional dependencies, on a platform that it is built for)`,
      { cause },
    );
  }
}

async function encode(sharp: SharpModule, original: Buffer): Promise<Encoded> {
  const options: SharpOptions = { limitInputPixels: maxMegapixels * 1e6, failOn: 'error' };
  const about = await sharp(original, options).metadata();
  check(about);
  const isAnimated = (about.pages ?? 1) > 1 && about.format !== 'heif';
  const still = await decode(sharp(original, options).autoOrient());
  const { width, height } = isAnimated
    ? { width: about.width, height: about.pageHeight ?? about.height }
    : about.autoOrient;
  const facts = { width, height, animated: isAnimated };
  const from = () => sharp(still.data, { raw: still.info });
  const variants: EncodedVariant[] = [{ name: face.name, bytes: await faceOf(from()) }];
  for (const variant of variantsOf(facts)) {
    const moves = isAnimated && variant.format === 'webp';
    const source = moves ? sharp(original, { ...options, pages: -1 }) : from();
    variants.push({ name: variant.name, bytes: await encoded(source, variant, moves) });
  }
  return { ...facts, color: await averageOf(from()), variants };
}

function check({ format, compression, width, height, pageHeight, pages = 1 }: Metadata): void {
  if (!formats.includes(format) || (format === 'heif' && compression !== 'av1'))
    throw new Undecodable('It is not a PNG, JPEG, GIF, WebP or AVIF picture.');
  if (pages > maxFrames) throw new Undecodable(`It has more than ${maxFrames} frames.`);
  if (width * (pageHeight ?? height) * (format === 'heif' ? 1 : pages) > maxMegapixels * 1e6) throw tooManyPixels();
}

const tooManyPixels = () => new Undecodable(`It has more than ${maxMegapixels} million pixels.`);

/** Once, at the size of the largest variant: every other is made of it. */
const decode = (source: Sharp) =>
  source
    .resize({ width: 1920, height: maxPictureHeight, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .timeout({ seconds: maxSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true });

function encoded(source: Sharp, { format, maxWidth }: PictureVariant, moves: boolean): Promise<Buffer> {
  const scaled = source
    .resize({ width: maxWidth, ...(!moves && { height: maxPictureHeight }), fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: maxSeconds });
  // At sharp's effort of 4, AVIF takes ten times as long and is no smaller.
  if (format === 'avif') return scaled.avif({ quality: 50, effort: 2 }).toBuffer();
  if (format === 'webp') return scaled.webp({ quality: 78, effort: moves ? 2 : 4 }).toBuffer();
  return scaled.flatten({ background: '#ffffff' }).jpeg({ quality: 78, mozjpeg: true }).toBuffer();
}

const faceOf = (source: Sharp): Promise<Buffer> =>
  source
    .resize({ width: face.side, height: face.side, fit: 'cover', withoutEnlargement: true })
    .webp({ quality: 78 })
    .toBuffer();

async function averageOf(source: Sharp): Promise<string> {
  const pixel = await source
    .flatten({ background: '#ffffff' })
    .resize(1, 1, { fit: 'fill' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return `#${pixel.toString('hex', 0, 3)}`;
}

function reasonOf({ message }: Error): string {
  if (/pixel limit/i.test(message)) return tooManyPixels().message;
  if (/timeout/i.test(message)) return `It takes longer than ${maxSeconds} seconds to decode.`;
  return 'It cannot be decoded: the file is damaged, or is not what its first bytes say.';
}
