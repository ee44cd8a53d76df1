/** The parameters of a search in the logs. */
export const logQuery = (parameters: URLSearchParams) => ({
  limit: limit(parameters, 500),
  ...Object.fromEntries(
    ['trace', 'service', 'level', 'text'].flatMap((name) =>
      parameters.get(name) ? [[name, parameters.get(name) as string]] : [],
    ),
  ),
});

export function limit(parameters: URLSearchParams, defaultLimit: number): number {
  const given = Number(parameters.get('limit') ?? defaultLimit);
  return Number.isInteger(given) && given > 0 ? Math.min(given, 2_000) : defaultLimit;
}
