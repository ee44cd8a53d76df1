import type { Context } from '../context.ts';
import { localOperatorToken } from '../local-tokens.ts';
import type { Options } from './options.ts';
import { type Service, service } from './service.ts';

const hint = '; is the platform running? "npm start" starts it, --url and --console name one elsewhere';

/** The journal's API, as an operator. @throws CommandError where no token was given and none can be signed */
export const journalOf = async ({ url, token }: Options, context: Context): Promise<Service> =>
  service({
    url: `${url}/api/journal`,
    token: token ?? (await localOperatorToken(context)),
    name: 'the platform',
    hint,
  });

/** The console's API. */
export const consoleOf = ({ console }: Options): Service => service({ url: console, name: 'the console', hint });
