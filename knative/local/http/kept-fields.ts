/** Fields of one hop (RFC 9110 section 7.6.1): each message is framed anew. */
export const hopFields: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
];

/**
 * The fields that pass.
 * @param fields name, value, name, value …; names in lower case
 */
export function keptFields(fields: readonly string[], dropped: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += 2) if (!dropped.has(fields[at]!)) kept.push(fields[at]!, fields[at + 1]!);
  return kept;
}
