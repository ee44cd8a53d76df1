import { type Html, markup } from './html.ts';

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

/** An RFC 3339 time as a day in UTC: `<time datetime="…">4 June 2026</time>`. Written by hand because Intl costs milliseconds at the first call. */
export function day(time: string): Html {
  const date = new Date(time);
  const text = Number.isNaN(date.valueOf())
    ? ''
    : `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return markup`<time datetime="${time}">${text}</time>`;
}
