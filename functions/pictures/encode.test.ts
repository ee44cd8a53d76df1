import { crc32 } from 'node:zlib';
import { variantsOf } from '@dormouse/runtime/picture-variants';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encoder } from './encode.ts';
import { type EncodedVariant, NoEncoder } from './encoded.ts';

const encode = encoder();

/** A picture with something to see in it. */
const drawn = (width: number, height: number, background = '#204060') =>
  sharp({ create: { width, height, channels: 3, background } });
const withExif = { IFD0: { Copyright: 'secret words' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' } };

const sizeOf = async (variant: EncodedVariant | undefined) => {
  const { width, height } = await sharp(variant?.bytes).metadata();
  return [width, height];
};

describe('a photograph', () => {
  test('is made in every width and format, without EXIF, turned as it is shown', async () => {
    const original = await drawn(1400, 700).withExif(withExif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(original.includes('Exif')).toBe(true);
    const { variants, ...facts } = await encode(original);
    expect(facts).toEqual({
      width: 700,
      height: 1400,
      animated: false,
      color: expect.stringMatching(/^#(1f|20)(3f|40)(5f|60)$/),
    });
    const [face, ...others] = variants;
    expect([face?.name, await sizeOf(face)]).toEqual(['96.webp', [96, 96]]);
    expect(others.map(({ name }) => name)).toEqual(variantsOf(facts).map(({ name }) => name));
    for (const { name, bytes } of others) {
      const about = await sharp(bytes).metadata();
      const wanted = variantsOf(facts).find((each) => each.name === name)!;
      expect([name, about.width, about.height]).toEqual([name, wanted.width, wanted.width * 2]);
      expect([name, about.exif, about.orientation, bytes.includes('secret')]).toEqual([
        name,
        undefined,
        undefined,
        false,
      ]);
    }
  });

  test.each(['png', 'webp', 'avif', 'gif'] as const)('as %s comes out as well', async (format) => {
    const { variants, ...facts } = await encode(await drawn(80, 60).toFormat(format).toBuffer());
    expect(facts).toMatchObject({ width: 80, height: 60, animated: false });
    expect(variants).toHaveLength(4);
  });
});

test('what can be seen through stays so, and is white where it cannot', async () => {
  const clear = sharp({ create: { width: 10, height: 10, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
  const { variants, color } = await encode(await clear.png().toBuffer());
  const of = (name: string) => variants.find((each) => each.name === name)!.bytes;
  expect(color).toBe('#ffffff');
  expect((await sharp(of('640.webp')).metadata()).hasAlpha).toBe(true);
  expect((await sharp(of('640.jpg')).raw().toBuffer())[0]).toBeGreaterThan(250);
});

test('a moving picture moves as WebP, and stands still as JPEG', async () => {
  const frames = await Promise.all(['#ff0000', '#00ff00'].map((each) => drawn(40, 30, each).png().toBuffer()));
  const original = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const { variants, ...facts } = await encode(original);
  expect(facts).toMatchObject({ width: 40, height: 30, animated: true });
  expect(variants.map(({ name }) => name)).toEqual(['96.webp', '640.webp', '640.jpg']);
  expect((await sharp(variants[0]!.bytes, { pages: -1 }).metadata()).pages ?? 1).toBe(1);
  expect((await sharp(variants[1]!.bytes, { pages: -1 }).metadata()).pages).toBe(2);
});

describe('refused is', () => {
  const refused = async (original: Buffer | Promise<Buffer>) =>
    encode(await original).then(
      () => 'taken',
      ({ name, message }: Error) => `${name}: ${message}`,
    );

  test('what is cut off', async () => {
    const whole = await drawn(500, 500).png().toBuffer();
    expect(await refused(whole.subarray(0, whole.length >> 1))).toMatch(/^Undecodable: It cannot be decoded/);
  });

  test('a few bytes that claim a billion pixels', async () => {
    const bomb = await drawn(16, 16).png().toBuffer();
    // Width, height and checksum of IHDR.
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    expect(await refused(bomb)).toBe('Undecodable: It has more than 50 million pixels.');
  });

  test.each([
    ['a document that is drawn', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
    ['text', 'just words'],
    ['a script that begins as a GIF does', 'GIF89a/*............*/=1;alert(1)'],
    ['a file for another decoder', 'II*\u0000\u0008\u0000\u0000\u0000'],
    ['a document for printing', '%PDF-1.7\n%%EOF'],
  ])('%s', async (_, text) => {
    expect(await refused(Buffer.from(text, 'latin1'))).toMatch(/^Undecodable: It /);
  });
});

test('a machine without sharp says what is missing', async () => {
  const without = encoder(async () => {
    throw new NoEncoder('missing');
  });
  await expect(without(Buffer.from(''))).rejects.toThrow(NoEncoder);
});
