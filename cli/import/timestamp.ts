const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const month =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';

const iso =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;
const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const dayFirst = new RegExp(
  `^(?:\\w+,?\\s+)?(\\d{1,2})(?:st|nd|rd|th|\\.)?\\s+(?:of\\s+)?${month},?\\s+(\\d{4})$`,
  'i',
);
const monthFirst = new RegExp(`^(?:\\w+,?\\s+)?${month}\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})$`, 'i');

/**
 * The time that a value of front matter or a written date means, RFC 3339 in UTC; undefined when it means none, or could mean two
 * (3/4/2021). A date without time is its midnight, a time without zone is UTC.
 */
export function timestamp(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : new Date(value.getTime()).toISOString();
  if (typeof value !== 'string') return undefined;
  const text = value
    .trim()
    .replace(/^[*_"']+|[*_"'.,]+$/g, '')
    .trim();
  const [, year, mm, day, time, zone] = iso.exec(text) ?? [];
  if (year) return instant(year, mm!, day!, time, zone);
  const [, d, m, y] = dotted.exec(text) ?? [];
  if (y) return instant(y, m!, d!);
  const [, day2, name2, year2] = dayFirst.exec(text) ?? [];
  if (year2) return instant(year2, monthNumber(name2!), day2!);
  const [, name3, day3, year3] = monthFirst.exec(text) ?? [];
  return year3 ? instant(year3, monthNumber(name3!), day3!) : undefined;
}

function monthNumber(name: string): string {
  return String(1 + months.findIndex((full) => full.startsWith(name.slice(0, 3).toLowerCase())));
}

function instant(year: string, mm: string, day: string, time = '00:00', zone = 'Z'): string | undefined {
  const date = `${year}-${mm.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const offset = /^(z|utc|gmt)$/i.test(zone) ? 'Z' : zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  const at = new Date(`${date}T${time.padStart(time.split(':').length > 2 ? 8 : 5, '0')}${offset}`);
  // Date takes 30 February for 2 March.
  const real = new Date(`${date}T00:00Z`);
  return Number.isNaN(at.getTime()) || Number.isNaN(real.getTime()) || real.getUTCDate() !== Number(day)
    ? undefined
    : at.toISOString();
}
