/** Somebody named in a byline; `profile` is the link behind the name. */
export interface Author {
  readonly name: string;
  readonly profile?: string;
}

const role =
  /@|\b(?:at|for|of|from|on behalf|engineers?|engineering|developers?|architect|manager|lead|advocate|scientist|researcher|student|intern|mentee|mentor|(?:co-?)?founder|c[a-z]o|tl|pm|vp|president|director|head|product|consultant|officer|instructor|professor|lecturer|analyst|designer|writer|evangelist|specialist|administrator|devops|devsecops|sre|staff|principal|senior|junior|member|maintainer|contributor|independent|freelance\w*)\b/i;
const company =
  /\b(?:inc|ltd|llc|gmbh|corp|corporation|company|labs?|cloud|hat|redhat|ibm|google|vmware|broadcom|microsoft|amazon|aws|sap|oracle|systems|technologies|university|institute|foundation|project|team|committee|community|group)\b\.?/i;
const particle = /^(?:van|von|de|der|den|da|di|del|della|la|le|bin|al|el|ten|zu|y|dos|das)$/i;
const and = /\s+(?:and|und|et|with)\s+|\s*&\s*/i;

/** A link cut out of a byline stands as `\u0001<index>\u0001` in it, so that what is in its label or address is not taken for punctuation. */
const mark = /\u0001(\d+)\u0001/;

/**
 * The people of a byline, in order: names as printed, without roles and companies, whatever separates them (commas, "and", "&"), linked in
 * Markdown or not.
 *
 * @example authors('[Ada L.](https://x.org/ada), Engineer @ [Acme](https://acme.org), and Bob Roe (IBM)') // Ada L., Bob Roe
 */
export function authors(byline: string): Author[] {
  const links: Author[] = [];
  const text = byline
    .replace(/\{:?[^{}]*\}/g, ' ')
    .replace(/<[^<>\s]*@[^<>\s]*>|\S+@\S+\.\w+/g, ' ')
    .replace(/\[([^[\]]*)\]\(\s*<?((?:[^()\s]|\([^()\s]*\))*)>?[^)]*\)/g, (_, label: string, url: string) => {
      const name = withoutCompany(bare(label.replace(/\([^()]*\)/g, ' ')));
      return name ? `\u0001${links.push({ name, profile: url }) - 1}\u0001` : ' ';
    })
    .replace(/\([^()]*\)?/g, ' ')
    .replace(/[[\]`*]/g, ' ')
    .replace(/\s+/g, ' ');
  const parts = text.split(/[,;|]|\s[-–—]\s|\s\/\s/).map((part) => part.trim());
  const found = parts.flatMap((part, index) =>
    people(part.replace(/^(?:and|und|et|with|&)\s+/i, ''), index === 0, parts[index + 1] ?? '', links),
  );
  return found.filter((author, index) => found.findIndex(({ name }) => name === author.name) === index);
}

/** People of the stretch between two commas: either names joined by "and", or one name and its role, or a role alone. */
function people(part: string, first: boolean, next: string, links: readonly Author[]): Author[] {
  const [leading, index] = /^\u0001(\d+)\u0001/.exec(part) ?? [];
  if (leading !== undefined) {
    const rest = part.slice(leading.length).trim();
    const joined = /^(?:and|und|et|with|&)\s+(.*)$/i.exec(rest);
    return [links[Number(index)]!, ...(joined ? people(joined[1]!, false, next, links) : afterRole(rest, next, links))];
  }
  const name = bare(part.replace(/\s+(?:at|from|of)\s.*$|\s@.*$/i, ''));
  if (first && name && !mark.test(name) && !and.test(name)) return [{ name, ...profileIn(part, links) }];
  if (role.test(part.replace(/^@/, '')) || startsLower(part)) return afterRole(part, next, links);
  return part.split(and).flatMap((one) => {
    const linked = mark.exec(one);
    const words = bare(one.replace(mark, ' '));
    if (linked && !words) return [links[Number(linked[1])]!];
    return isName(words) ? [{ name: words, ...profileIn(one, links) }] : [];
  });
}

/** "… @ Acme and [Bob Roe](…), Engineer": a link after "and" is a person when a role follows the comma, else one more company. */
function afterRole(text: string, next: string, links: readonly Author[]): Author[] {
  const [, index] = /(?:\s|^)(?:and|&)\s+\u0001(\d+)\u0001$/i.exec(text) ?? [];
  return index !== undefined && role.test(next) ? [links[Number(index)]!] : [];
}

function profileIn(part: string, links: readonly Author[]): { profile?: string } {
  const [, index] = mark.exec(part) ?? [];
  const profile = index === undefined ? undefined : links[Number(index)]?.profile;
  return profile ? { profile } : {};
}

/** "Ada Lovelace VMware": a company after at least two other words. */
function withoutCompany(name: string): string {
  const words = name.split(' ');
  return words.length > 2 && company.test(words.at(-1)!) ? words.slice(0, -1).join(' ') : name;
}

function isName(text: string): boolean {
  const words = text.split(' ').filter(Boolean);
  if (words.length === 0 || words.length > 5 || company.test(text)) return false;
  return (
    words.length === 1 || words.every((word) => particle.test(word) || /^[\p{Lu}\p{Lo}][\p{L}\p{M}.'’-]*$/u.test(word))
  );
}

function startsLower(text: string): boolean {
  const [word = '', ...rest] = text.split(' ');
  return rest.length > 0 && /^\p{Ll}/u.test(word) && !particle.test(word) && !and.test(text);
}

function bare(text: string): string {
  return text
    .replace(/^[\s@_:.]+|[\s_:]+$/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 100)
    .trim();
}
