/** Whose the posts of a deleted account are. No user name: these have no blanks. */
export const deletedAccount = { id: 0, name: 'deleted account' } as const;
