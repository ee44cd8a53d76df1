import { buildCommand } from '@stricli/core';
import { originOf } from '../address.ts';
import type { Context } from '../context.ts';
import { argument } from '../parameters.ts';

/** `dormouse logout` */
export const logout = buildCommand({
  docs: {
    brief: 'Logs out of a blog: revokes the token that "dormouse login" keeps',
    fullDescription: [
      'Logs out of a blog: revokes the token that "dormouse login" keeps, and removes it from this machine.',
      '',
      '  dormouse logout',
      '  dormouse logout https://blog.example',
      '',
      'Exit code 1: you are not logged in, or the token could not be revoked, and stays.',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ ...argument('URL', 'The blog (default: the only one)', originOf), optional: true }],
    },
  },
  async loader() {
    const { logOut } = await import('../writing/log-in.ts');
    return function run(this: Context, _: object, url?: string) {
      return logOut(url, this);
    };
  },
});
