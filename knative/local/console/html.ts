/** Safe HTML. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | undefined | null | false | readonly Part[];

/** A template whose values are escaped, unless they are markup themselves; lists are joined, nothing stays nothing. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]) =>
  new Markup(texts.reduce((made, text, i) => made + text + (i < parts.length ? render(parts[i] as Part) : ''), ''));

function render(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(render).join('');
  return part === undefined || part === null || part === false ? '' : escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] as string);
