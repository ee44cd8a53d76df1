import { decodeHTML } from 'entities';
import { withSpans } from './spans.ts';

/** What stands in a shortcode behind its name: `[gallery ids="1,2" large]`. */
export interface Attributes {
  readonly named: Readonly<Record<string, string>>;
  readonly positional: readonly string[];
  /** As it was written. */
  readonly raw: string;
}

/** A shortcode in a text; `inner` is undefined where no `[/name]` follows. */
export interface Shortcode extends Attributes {
  readonly name: string;
  /** What stands between `[name]` and `[/name]`, with its own shortcodes as HTML already, and as it was written. */
  readonly inner?: string | undefined;
  readonly written?: string | undefined;
}

/** The HTML that a shortcode stands for; undefined for one that means nothing here. */
export type Meaning = (shortcode: Shortcode) => string | undefined;

interface Open {
  readonly shortcode: Attributes & { readonly name: string };
  /** As it was written, and where its text begins. */
  readonly tag: string;
  readonly start: number;
  html: string;
}

const form = /\[\[\/?[a-z_][\w-]*(?![\w-])[^[\]]*\]\]|\[(\/?)([a-z_][\w-]*)(?![\w-])([^[\]]*)\](?!\])/gi;

/** Code that WordPress does not look into: what a reader sees as it was written. */
const code = /<(pre|code|script|style)\b|<!--\s*\/?wp:/;

export interface Translated {
  readonly html: string;
  /** How often what has no meaning stands in it as it was, by name: `[contact-form]`. */
  readonly unknown: ReadonlyMap<string, number>;
}

/**
 * A text with the HTML that its shortcodes stand for, inner ones first. As in WordPress one that is not closed has no text, and one in
 * double brackets is shown.
 * @param isCode what stands in a shortcode of this name has none of its own
 */
export function withoutShortcodes(content: string, meaning: Meaning, isCode: (name: string) => boolean): Translated {
  return new Reader(content, meaning, isCode).read();
}

class Reader {
  readonly #meaning: Meaning;
  readonly #isCode: (name: string) => boolean;
  readonly #hidden: string[] = [];
  readonly #text: string;
  /** Ends that are still to come, by name. */
  readonly #left = new Map<string, number>();
  /** Names of code whose end does not come any more. */
  readonly #endless = new Set<string>();
  /** How many of a name are open. */
  readonly #depths = new Map<string, number>();
  readonly #open: Open[] = [{ shortcode: { name: '', ...attributesOf('') }, tag: '', start: 0, html: '' }];
  readonly #unknown = new Map<string, number>();

  constructor(content: string, meaning: Meaning, isCode: (name: string) => boolean) {
    this.#meaning = meaning;
    this.#isCode = isCode;
    this.#text = withSpans(
      content,
      code,
      ([, name]) => (name ? `</${name.toLowerCase()}>` : '-->'),
      (whole) => `\u0001${this.#hidden.push(whole) - 1}\u0001`,
    );
    for (const [, slash, name] of this.#text.matchAll(form))
      if (slash) this.#left.set(name!.toLowerCase(), (this.#left.get(name!.toLowerCase()) ?? 0) + 1);
  }

  read(): Translated {
    let at = 0;
    for (const { 0: tag, 1: slash, 2: name, 3: rest = '', index } of this.#text.matchAll(form)) {
      if (index < at) continue;
      this.#add(this.#text.slice(at, index));
      at = index + tag.length;
      const end = !slash && name && this.#isCode(name) ? this.#endOf(name, at) : -1;
      if (name === undefined) this.#add(tag.slice(1, -1));
      else if (end >= 0) {
        const written = this.#shown(this.#text.slice(at, end));
        this.#add(this.#made({ name, ...attributesOf(this.#shown(rest)), inner: written, written }, tag));
        this.#passed(name.toLowerCase());
        at = end + name.length + 3;
      } else if (slash) this.#closes(name, tag, index);
      else this.#opens(name, tag, rest, at);
    }
    this.#add(this.#text.slice(at));
    while (this.#open.length > 1) this.#unclosed();
    return { html: this.#shown(this.#open[0]!.html), unknown: this.#unknown };
  }

  #opens(name: string, tag: string, rest: string, start: number): void {
    const key = name.toLowerCase();
    const isClosed = rest.endsWith('/');
    const shortcode = { name, ...attributesOf(this.#shown(isClosed ? rest.slice(0, -1) : rest)) };
    const left = this.#left.get(key) ?? 0;
    // As many are open as ends are left: the last of them has none.
    const same = this.#depths.get(key) ?? 0;
    if (same > 0 && same >= left) {
      const last = this.#lastOf(key);
      while (this.#open.length > last) this.#unclosed();
    }
    if (isClosed || left === 0) this.#add(this.#made(shortcode, tag));
    else {
      this.#open.push({ shortcode, tag, start, html: '' });
      this.#depths.set(key, (this.#depths.get(key) ?? 0) + 1);
    }
  }

  #taken(): Open {
    const open = this.#open.pop()!;
    const key = open.shortcode.name.toLowerCase();
    this.#depths.set(key, this.#depths.get(key)! - 1);
    return open;
  }

  /** Where code ends; an end that is missing is looked for once. */
  #endOf(name: string, at: number): number {
    if (this.#endless.has(name)) return -1;
    const end = this.#text.indexOf(`[/${name}]`, at);
    if (end < 0) this.#endless.add(name);
    return end;
  }

  #closes(name: string, tag: string, end: number): void {
    const key = name.toLowerCase();
    this.#passed(key);
    const at = this.#lastOf(key);
    if (at < 1) {
      this.#add(tag);
      return;
    }
    while (this.#open.length > at + 1) this.#unclosed();
    const { shortcode, tag: opening, start, html } = this.#taken();
    const written = this.#shown(this.#text.slice(start, end));
    this.#add(this.#made({ ...shortcode, inner: html, written }, opening));
  }

  /** What follows one whose end is missing is the text around it. */
  #unclosed(): void {
    const { shortcode, tag, html } = this.#taken();
    this.#add(this.#made(shortcode, tag) + html);
  }

  #made(shortcode: Shortcode, tag: string): string {
    const html = this.#meaning(shortcode);
    if (html !== undefined) return html;
    const { name, raw, inner } = shortcode;
    const isWord = inner === undefined && raw.trim() === '' && !/[_-]/.test(name);
    if (!isWord) this.#unknown.set(`[${name}]`, (this.#unknown.get(`[${name}]`) ?? 0) + 1);
    return inner === undefined ? tag : `${tag}${inner}[/${name}]`;
  }

  #add(html: string): void {
    this.#open.at(-1)!.html += html;
  }

  #passed(key: string): void {
    this.#left.set(key, this.#left.get(key)! - 1);
  }

  #lastOf(key: string): number {
    if (!this.#depths.get(key)) return -1;
    return this.#open.findLastIndex((one) => one.shortcode.name.toLowerCase() === key);
  }

  #shown(part: string): string {
    return this.#hidden.length === 0
      ? part
      : part.replace(/\u0001(\d+)\u0001/g, (_, at: string) => this.#hidden[Number(at)]!);
  }
}

/** Attributes of a shortcode; quotation marks that an editor made round are quotation marks, too. */
export function attributesOf(text: string): Attributes {
  const named: Record<string, string> = {};
  const positional: string[] = [];
  const straight = text.replace(/&#822[01];|&#8243;|[“”″]/g, '"').replace(/&#821[67];|[‘’]/g, "'");
  for (const [, name, double, single, bare, quoted, word] of straight.matchAll(
    /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))|"([^"]*)"|([^\s"'=]\S*)/g,
  )) {
    const value = decodeHTML(double ?? single ?? bare ?? quoted ?? word ?? '');
    if (name) named[name.toLowerCase()] = value;
    else positional.push(value);
  }
  return { named, positional, raw: text };
}
