import { fail } from '@dormouse/runtime/errors';
import { type Registration, registrations } from './settings.ts';

/** REGISTRATION: who may register while no setting says it. @throws Error when it is none of them */
export function registrationOf(text: string): Registration {
  const known = registrations.find((each) => each === text);
  if (known === undefined)
    throw new Error(`the environment variable REGISTRATION must be one of ${registrations.join(', ')}`);
  return known;
}

/** The role of an account that somebody makes for themselves. @throws AppError forbidden where nobody may */
export function registeredRole(registration: Registration): 'author' | 'reader' {
  if (registration === 'authors') return 'author';
  if (registration === 'readers') return 'reader';
  return registration === 'invitation'
    ? fail('forbidden', 'This blog takes new accounts by invitation only. Ask somebody who writes here for a link.')
    : fail('forbidden', 'This blog takes no new accounts.');
}
