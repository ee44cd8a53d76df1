import { dictionary } from '@zxcvbn-ts/language-common';

/** The 49,000 commonest passwords of zxcvbn's list, in lower case. Half a megabyte: only who sets a password loads it. */
export const commonPasswords: ReadonlySet<string> = new Set(dictionary['passwords-common']);
