import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of a font, and the code points that it has: first and last of each range. */
export interface FontFile {
  name: string;
  data: Buffer;
  unicodeRange: [number, number][];
}

/** Families by package, the first that has a letter draws it; `whole` is one file, because parts of a sign may lie in different ones. */
const packages: readonly { name: string; whole?: string }[] = [
  { name: 'noto-sans-kr' },
  { name: 'noto-sans-arabic' },
  { name: 'noto-sans-hebrew' },
  { name: 'noto-emoji', whole: 'emoji' },
];
export const families: readonly string[] = packages.map(({ name }) => name);

/** Bold; the images of functions have no others (knative/image/bundle.ts). */
const weight = 700;

interface Subset {
  family: string;
  file: string;
  ranges: [number, number][];
}

/** The fonts of the packages @fontsource/…: their files, as far as a text needs them. */
export interface CardFonts {
  /** Files that were not asked for before. */
  filesFor(text: string): Promise<FontFile[]>;
  /** Whether there is a sign for a character. */
  has(character: string): boolean;
}

/** @throws Error where they are not installed */
export async function cardFonts(): Promise<CardFonts> {
  const subsets = (await Promise.all(packages.map(subsetsOf))).flat();
  const known = new Map<string, Subset | undefined>();
  const subsetOf = (character: string): Subset | undefined => {
    const code = character.codePointAt(0) as number;
    if (!known.has(character))
      known.set(
        character,
        subsets.find(({ ranges }) => ranges.some(([first, last]) => code >= first && code <= last)),
      );
    return known.get(character);
  };
  const loaded = new Set<string>();
  return {
    has: (character) => subsetOf(character) !== undefined,
    async filesFor(text) {
      const needed = new Set([...text].map(subsetOf).filter((subset) => subset !== undefined));
      const files: FontFile[] = [];
      for (const { family, file, ranges } of needed) {
        if (loaded.size === loaded.add(file).size) continue;
        files.push({ name: family, data: await readFile(file), unicodeRange: ranges });
      }
      return files;
    },
  };
}

async function subsetsOf({ name, whole }: (typeof packages)[number]): Promise<Subset[]> {
  const folder = dirname(createRequire(import.meta.url).resolve(`@fontsource/${name}/package.json`));
  const ranges = JSON.parse(await readFile(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>;
  const fileOf = (subset: string) => join(folder, 'files', `${name}-${subset}-${weight}-normal.woff2`);
  const all = Object.entries(ranges).map(([subset, text]) => ({
    family: name,
    file: fileOf(subset.replace(/[[\]]/g, '')),
    ranges: text.split(',').map(rangeOf),
  }));
  return whole ? [{ family: name, file: fileOf(whole), ranges: all.flatMap((each) => each.ranges) }] : all;
}

/** `U+4e00-9fff`, `U+26` or `U+4??`, as in CSS. */
function rangeOf(text: string): [number, number] {
  const [first = '', last = first] = text.trim().replace(/^U\+/i, '').split('-');
  return [Number.parseInt(first.replaceAll('?', '0'), 16), Number.parseInt(last.replaceAll('?', 'f'), 16)];
}
