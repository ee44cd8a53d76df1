/** Kinds without a schema, and the reason. */
export const unchecked: Readonly<Record<string, string>> = {};
