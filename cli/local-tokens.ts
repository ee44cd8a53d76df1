import { join, resolve } from 'node:path';
import type { Context } from './context.ts';
import { localToken, type Sign } from './local-token.ts';

type Surroundings = Pick<Context, 'env' | 'root'>;

/** A token that may import, signed with the keys of the local platform. @throws CommandError where there are none */
export const localImportToken = async (context: Surroundings) =>
  signed(context, (await import('@dormouse/auth/import-token')).importToken);

/** An operator's token, signed with the keys of the local platform. @throws CommandError where there are none */
export const localOperatorToken = async (context: Surroundings) =>
  signed(context, (await import('@dormouse/auth/operator-token')).operatorToken);

const signed = ({ env, root }: Surroundings, sign: Sign) =>
  localToken(
    join(env.DORMOUSE_HOME || resolve(root, '.dormouse'), 'secrets/auth-keys'),
    env.ISSUER || 'https://dormouse.dev',
    sign,
  );
