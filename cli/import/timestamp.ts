import { Temporal } from 'temporal-polyfill';

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const month =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const clock = '(\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?)';
const offset = '(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)';
const atTime = `(?:(?:T|,?\\s+(?:at\\s+)?)${clock}\\s*${offset}?)?`;

const iso = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${atTime}$`, 'i');
const dotted = new RegExp(`^(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})${atTime}$`, 'i');
const dayFirst = new RegExp(
  `^(?:\\w+,?\\s+)?(\\d{1,2})(?:st|nd|rd|th|\\.)?\\s+(?:of\\s+)?${month},?\\s+(\\d{4})${atTime}$`,
  'i',
);
const monthFirst = new RegExp(`^(?:\\w+,?\\s+)?${month}\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})${atTime}$`, 'i');

/**
 * The time that a value of front matter or a written date means, RFC 3339 in UTC; undefined when it means none, or could mean two
 * (3/4/2021). A date without time is its midnight.
 * @param zone where a time without a zone is, by its IANA name
 */
export function timestamp(value: unknown, zone = 'UTC'): string | undefined {
  if (value instanceof Date) return ofDate(value, zone);
  if (typeof value !== 'string') return undefined;
  const text = value
    .trim()
    .replace(/^[*_"']+|[*_"'.,]+$/g, '')
    .trim()
    .replace(/\b(\d{1,2})(:\d{2}(?::\d{2})?)\s*([ap])\.?m\b\.?/i, (_, hour: string, rest: string, half: string) => {
      const of12 = Number(hour) % 12;
      return `${String(/p/i.test(half) ? of12 + 12 : of12).padStart(2, '0')}${rest}`;
    });
  const [, year, mm, day, ...time] = iso.exec(text) ?? [];
  if (year) return instant([year, mm!, day!], time, zone);
  const [, d, m, y, ...time1] = dotted.exec(text) ?? [];
  if (y) return instant([y, m!, d!], time1, zone);
  const [, day2, name2, year2, ...time2] = dayFirst.exec(text) ?? [];
  if (year2) return instant([year2, monthNumber(name2!), day2!], time2, zone);
  const [, name3, day3, year3, ...time3] = monthFirst.exec(text) ?? [];
  return year3 ? instant([year3, monthNumber(name3!), day3!], time3, zone) : undefined;
}

/** Local dates of TOML are Dates that say so. */
function ofDate(value: Date, zone: string): string | undefined {
  if (Number.isNaN(value.getTime())) return undefined;
  const local = 'isLocal' in value && typeof value.isLocal === 'function' && value.isLocal() === true;
  const text = value.toISOString();
  if (!local) return new Date(value.getTime()).toISOString();
  return timestamp(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : text.replace(/(?:Z|[+-]\d{2}:\d{2})$/, ''), zone);
}

function monthNumber(name: string): string {
  return String(1 + months.indexOf(name.slice(0, 3).toLowerCase()));
}

function instant(
  [year, mm, day]: readonly [string, string, string],
  [time = '00:00', said]: readonly (string | undefined)[],
  zone: string,
): string | undefined {
  const local = `${year}-${mm.padStart(2, '0')}-${day.padStart(2, '0')}T${time.padStart(time.split(':').length > 2 ? 8 : 5, '0')}`;
  try {
    const where = said === undefined ? zone : /^(?:z|utc|gmt)$/i.test(said) ? 'UTC' : colon(said);
    return new Date(Temporal.PlainDateTime.from(local).toZonedDateTime(where).epochMilliseconds).toISOString();
  } catch {
    return undefined;
  }
}

/** `-05`, `-0500` and `-05:00` as the last of them. */
function colon(said: string): string {
  const [, hours, minutes = '00'] = /^([+-]\d{2}):?(\d{2})?$/.exec(said)!;
  return `${hours}:${minutes}`;
}
