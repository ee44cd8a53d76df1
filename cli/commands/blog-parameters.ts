import { originOf } from '../address.ts';
import { flag, option } from '../parameters.ts';

/** Which blog a command is about, and as whom. */
export const blogFlags = {
  url: option('URL', 'The blog (default: DORMOUSE_URL, or the only one that you are logged in to)', originOf),
  token: option('TOKEN', 'Personal access token (default: DORMOUSE_TOKEN, or the one that "dormouse login" keeps)'),
  json: flag('Print JSON for programs'),
};

/** A list whose items stand between commas: a,b. */
export const commas = (input: string): string[] =>
  input
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
