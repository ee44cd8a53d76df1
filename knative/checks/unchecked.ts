/** Kinds without a schema here, and why that is so. */
export const unchecked: Readonly<Record<string, string>> = {};
