import { type TokenScope, tokenScopes } from '@dormouse/runtime/token-scopes';
import { buildCommand } from '@stricli/core';
import { originOf } from '../address.ts';
import type { Context } from '../context.ts';
import { argument, flag, option, wholeNumber } from '../parameters.ts';
import { commas } from './blog-parameters.ts';

interface Flags {
  user?: string;
  scopes?: readonly TokenScope[];
  days?: number;
  tokenStdin?: boolean;
  insecure?: boolean;
  json?: boolean;
}

/** `dormouse login URL` */
export const login = buildCommand({
  docs: {
    brief: 'Logs in to a blog, to write from the command line',
    fullDescription: [
      'Logs in to a blog, to write from the command line: asks for name and password, and for the code of a second factor.',
      'Only a personal access token is kept, in a file that nobody else reads (XDG_CONFIG_HOME/dormouse/logins). It is listed',
      'on the page of your account, and "dormouse logout" revokes it.',
      '',
      '  dormouse login https://blog.example',
      '  dormouse login https://blog.example --user ada --scopes posts:read,posts:write --days 7',
      '  dormouse login https://blog.example --token-stdin < token.txt',
      '',
      'Programs need no login: they set DORMOUSE_URL and DORMOUSE_TOKEN.',
      '',
      'Exit code 1: name, password, code or token are not accepted, or nothing answers.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      user: option('NAME', 'User name (default: it is asked for)'),
      scopes: option(
        'LIST',
        `What the token may do (default: what your role can use): ${tokenScopes.join(',')}`,
        scopes,
      ),
      days: option('N', 'Days until the token expires (default: 90)', wholeNumber(1, 366)),
      tokenStdin: flag('Take a personal access token that you have from standard input'),
      insecure: flag('Send the password to another machine without TLS, where everybody on the way can read it'),
      json: flag('Print JSON for programs'),
    },
    positional: { kind: 'tuple', parameters: [argument('URL', 'https://blog.example', originOf)] },
  },
  async loader() {
    const { logIn } = await import('../writing/log-in.ts');
    return function run(this: Context, flags: Flags, url: string) {
      const { days = 90, tokenStdin = false, insecure = false, json = false, user, scopes: wanted } = flags;
      return logIn({ url, user, scopes: wanted, days, tokenStdin, insecure, json }, this);
    };
  },
});

function scopes(input: string): readonly TokenScope[] {
  const wanted = commas(input);
  const unknown = wanted.find((each) => !tokenScopes.some((scope) => scope === each));
  if (unknown !== undefined || wanted.length === 0)
    throw new Error(
      `${unknown ? `there is no scope ${unknown}` : 'names no scope'}; there are ${tokenScopes.join(', ')}`,
    );
  return wanted as TokenScope[];
}
