/** What an article has besides its text; for some of it the blog has no place yet. */
export interface Extra {
  readonly tags: readonly string[];
  /** All of them; the first is the article's category. */
  readonly categories: readonly string[];
  /** Old addresses of its own, besides the one that follows from its place. */
  readonly addresses: readonly string[];
  readonly summary?: string | undefined;
  readonly comments?: number | undefined;
}

/** Tags, categories, old addresses and summary of a head. `words`: a text of tags or categories is a list of words, as in Jekyll. */
export function carriedFields(fields: Readonly<Record<string, unknown>>, { words = false } = {}): Extra {
  const plural = (value: unknown) => listed(value, words ? /\s+/ : /\s*,\s*/);
  const singular = (value: unknown) => listed(value, words ? /(?!)/ : /\s*,\s*/);
  // Zola keeps both below this name.
  const of = (fields.taxonomies ?? {}) as Readonly<Record<string, unknown>>;
  return {
    tags: unique([...plural(labelled(fields.tags)), ...singular(fields.tag), ...plural(of.tags)]),
    categories: unique([...singular(fields.category), ...plural(fields.categories), ...plural(of.categories)]),
    addresses: unique(
      [fields.permalink, fields.url, fields.aliases, fields.alias, fields.redirect_from, fields.redirects]
        .flatMap((value) => listed(value, /(?!)/))
        .filter((address) => !/[:{}<]/.test(address.replace(/^https?:/, ''))),
    ),
    summary: listed(fields.description ?? fields.summary ?? fields.excerpt, /(?!)/)[0],
  };
}

/** What a post takes of a summary: a line without elements. A longer one, or HTML, stays in `extra`, and so in the report. */
export function summaryOf(extra: Extra): { summary?: string; extra: Extra } {
  const { summary = '', ...others } = extra;
  const line = summary.replace(/\s+/gu, ' ').trim();
  const fits = line !== '' && [...line].length <= 300 && !/<[a-z!/]|[\p{Cc}\p{Surrogate}]/iu.test(line);
  return fits ? { summary: line, extra: others } : { extra };
}

/** Tags of Docusaurus may say how they are shown: `{ label: Hello, permalink: /hello }`. */
const labelled = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((one: unknown) =>
        typeof one === 'object' && one !== null
          ? ((one as Record<string, unknown>).label ?? (one as Record<string, unknown>).name)
          : one,
      )
    : value;

/** The texts of a value, of lists in lists too. */
function listed(value: unknown, separator: RegExp): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => listed(one, /(?!)/));
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'string'
    ? value
        .split(separator)
        .map((one) => one.trim())
        .filter(Boolean)
    : [];
}

const unique = (all: readonly string[]): string[] => [...new Set(all)];
