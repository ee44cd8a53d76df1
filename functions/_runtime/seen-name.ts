/** What somebody is called: their display name, unless it has nothing to see (a blank of another script, say); else their user name. */
export const seenName = (username: string, displayName: string | null | undefined): string =>
  displayName && isSeen(displayName) ? displayName : username;

/** Whether a name has anything to see: a link without text leads nowhere. Fillers of Hangul and the blank of Braille count as letters and symbols. */
export const isSeen = (name: string): boolean => visible.test(name);

const visible = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;
