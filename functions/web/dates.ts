import { type Html, markup, none } from './html.ts';
import type { SiteSettings } from './site.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

type Place = Pick<SiteSettings, 'language' | 'time_zone'>;

/** An RFC 3339 time as a day in the blog's language and time zone: `<time datetime="…">4 June 2026</time>`. @param property of microformats */
export function day(time: string, { language, time_zone: timeZone }: Place, property?: `dt-${string}`): Html {
  const date = new Date(time);
  const text = Number.isNaN(date.valueOf())
    ? ''
    : language === 'en' && timeZone === 'UTC'
      ? englishDay(date)
      : formatOf(language, timeZone).format(date);
  return markup`<time${property ? markup` class="${property}"` : none} datetime="${time}">${text}</time>`;
}

/** A moment, for people: `4 June 2026 at 09:00 (Asia/Seoul)`. */
export const dateAndTime = (time: string, { language, time_zone: timeZone }: Place): string =>
  `${formatOf(language, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(time))} (${timeZone})`;

/** A month in a language: November 2026. @param month `2026-11` */
export function monthName(month: string, language: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  if (language === 'en') return `${months[number - 1]} ${year}`;
  const format = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return format.format(new Date(`${month}-15T00:00:00Z`));
}

/** Written by hand because Intl costs milliseconds at the first call. */
const englishDay = (date: Date): string =>
  `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;

let known: { key: string; format: Intl.DateTimeFormat } | undefined;

/** The last one used is kept: a blog has one language. */
function formatOf(language: string, timeZone: string, clock: Intl.DateTimeFormatOptions = {}): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${clock.hour}`;
  if (known?.key === key) return known.format;
  // American order is for those who ask for it.
  const locale = language === 'en' ? 'en-GB' : language;
  const format = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone,
    ...clock,
  });
  known = { key, format };
  return format;
}
