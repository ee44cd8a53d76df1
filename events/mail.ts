import * as v from 'valibot';
import { contract } from './contract.ts';
import { text } from './field.ts';

export const mailRequested = contract({
  type: 'dev.dormouse.mail.requested.v1',
  source: '/auth',
  schema: v.object({
    mail: v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      v.description('Id (UUID) of the mail; to whom it goes and what it says is not in the event.'),
    ),
    kind: v.pipe(
      text,
      v.description(
        'What it is for: `password-reset`, `email-verification`, `log-in`, `email-change`, `email-changed`.',
      ),
    ),
  }),
  emitted:
    'When somebody asks for a link by e-mail, also where no account has the address. Holds neither address nor link.',
});
