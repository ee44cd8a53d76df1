/** What somebody writes, as the editor's form has it. */
export interface Fields {
  title: string;
  content: string;
  category_name: string;
  /** Between commas. */
  tags: string;
  /** Language tag; empty: to be guessed. */
  lang: string;
  /** Hash of a picture of media; empty: none. */
  cover: string;
  cover_alt: string;
  summary: string;
  /** Empty: as the title is. */
  slug: string;
  /** Of a draft; it is not saved before somebody asks for it. */
  published_at: string;
}

export const fieldNames = [
  'title',
  'content',
  'category_name',
  'tags',
  'lang',
  'cover',
  'cover_alt',
  'summary',
  'slug',
  'published_at',
] as const;

/** Nothing typed. */
export const blank: Fields = {
  title: '',
  content: '',
  category_name: '',
  tags: '',
  lang: '',
  cover: '',
  cover_alt: '',
  summary: '',
  slug: '',
  published_at: '',
};

/** How posts keeps it, as far as two texts that it keeps alike have the same. */
const normal: Readonly<Record<Exclude<keyof Fields, 'published_at'>, (text: string) => string>> = {
  title: oneLine,
  content: (text) => text.trim(),
  category_name: (text) => oneLine(text).toLowerCase(),
  lang: (text) => oneLine(text).toLowerCase(),
  cover: (text) => text,
  cover_alt: (text) => text.trim(),
  summary: oneLine,
  slug: (text) => oneLine(text).toLowerCase(),
  tags: (text) => [...new Set(text.split(/[,，、]/u).map((tag) => oneLine(tag.normalize('NFC')).toLowerCase()))].join(),
};

/** Of a field, not counting what posts makes the same. */
export const sameField = (name: keyof typeof normal, one: string, other: string): boolean =>
  one === other || normal[name](one) === normal[name](other);

/** Of all that is saved without being asked for. */
export const sameText = (one: Omit<Fields, 'published_at'>, other: Omit<Fields, 'published_at'>): boolean =>
  (Object.keys(normal) as (keyof typeof normal)[]).every((name) => sameField(name, one[name], other[name]));

function oneLine(text: string): string {
  return text.trim().replace(/\s+/gu, ' ');
}
