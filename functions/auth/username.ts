/**
 * User names are ASCII on purpose: 3 to 30 of letters, digits, `-`, `_` and `.`, beginning with a letter or digit and not
 * ending with a dot. So no two names look alike by homoglyphs of another script, by full-width forms or by invisible
 * characters; the display name can be in any script and does not identify an account.
 */
const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{1,28}[A-Za-z0-9_-]$/;

/** What a name must look like, for messages and the form. */
export const usernameRule =
  'must be 3 to 30 letters (A–Z), digits, "-", "_" or ".", beginning with a letter or digit and not ending with a dot';

/** The name as its owner writes it, trimmed; undefined when it is not a user name. */
export function parseUsername(input: string): string | undefined {
  const name = input.trim();
  return pattern.test(name) ? name : undefined;
}

/**
 * What two spellings of one name have in common: lower case, ASCII letters only, as the database's unique index has it.
 * (`toLowerCase` would also make K of the Kelvin sign, and depend on nothing we want to depend on.)
 */
export function usernameKey(name: string): string {
  return name.trim().replace(/[A-Z]/g, (character) => character.toLowerCase());
}
