import { type HttpRoute, ManifestError, type Origin } from './model.ts';

/** Field lines to append, for a client's address. */
export type AppendFields = (address: string) => string;

/** Values may name the client: Envoy's command operators, of which these are known. */
const address = '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%';

/**
 * Compiles the `set` and `add` of a route's headers.
 * @throws ManifestError for a command operator that is not known
 */
export function compileFields({ set, add }: HttpRoute['requestHeaders'], origin: Origin): AppendFields {
  const lines = [...Object.entries(set), ...Object.entries(add)].map(([name, value]) => {
    const unknown = value
      .replaceAll(address, '')
      .replaceAll('%%', '')
      .match(/%[^%]*%?/);
    if (unknown) throw new ManifestError(origin, `${name}: ${unknown[0]} is not understood; known is ${address}`);
    return `${name.toLowerCase()}: ${value.replaceAll('%%', '%')}\r\n`;
  });
  const parts = lines.join('').split(address);
  const [only] = parts;
  if (parts.length === 1) return () => only!;
  return (client) => parts.join(client);
}
