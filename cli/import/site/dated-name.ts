import { timestamp } from '../timestamp.ts';

/** A name that begins with a day, as its date and the rest: `2021-03-04-on-sleep`. */
export function datedName(name: string, zone?: string): { date: string; name: string } | undefined {
  const [, day, rest = ''] = /^(\d{4}-\d{1,2}-\d{1,2})(?:[-_. ]+(.*))?$/.exec(name) ?? [];
  const date = timestamp(day, zone);
  return date === undefined ? undefined : { date, name: rest };
}

/** A day that folders and name say: `2021/03/04/on-sleep`, `2021/03-04-on-sleep`, `2021-03-04/on-sleep`. */
export function datedPath(path: string, zone?: string): { date: string; name: string } | undefined {
  const [, day, rest = ''] = /(?:^|\/)(\d{4}[-/]\d{1,2}[-/]\d{1,2})(?:[-_/. ]+([^/]+))?(?:\/index)?$/.exec(path) ?? [];
  const date = timestamp(day?.replaceAll('/', '-'), zone);
  return date === undefined ? undefined : { date, name: rest };
}
