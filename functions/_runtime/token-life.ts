/** Life of an account's access token, in seconds. */
export const accessTokenSeconds = 900;
/** Life of the token that a program on the machine of the keys may sign for itself, in seconds; it belongs to no session. */
export const programTokenSeconds = 3600;
