import type { HttpRoute } from '@dormouse/manifests/model';
import { ManifestError, type Origin } from '@dormouse/manifests/yaml/origin';

/** Fields to append (name, value, name, value …) for a client. */
export type AppendFields = (client: Client) => string[];

/** What values may name of a client. */
export interface Client {
  address: string;
  /** The host that it asked for. */
  host: string;
  /** `http` or `https`. */
  proto: string;
}

/** Values may name the client, and where it asked: Envoy's command operators, of which these are known. */
const address = '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%';
const authority = '%REQ(:AUTHORITY)%';
const protocol = '%REQ(X-FORWARDED-PROTO)%';

const environment = /^%ENVIRONMENT\((\w+)\)%$/;

const operators =
  /(%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%|%REQ\(:AUTHORITY\)%|%REQ\(X-FORWARDED-PROTO\)%|%ENVIRONMENT\(\w+\)%|%%)/;

/**
 * Compiles the `set` and `add` of a route's headers.
 * @throws ManifestError for a command operator that is not known
 */
export function compileFields(
  { set, add }: HttpRoute['requestHeaders'],
  origin: Origin,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AppendFields {
  const rules = [...Object.entries(set), ...Object.entries(add)].map(([name, value]) => {
    const parts = value.split(operators).filter((part) => part !== '');
    const unknown = parts.find((part) => part.includes('%') && !operators.test(part))?.match(/%[^%]*%?/);
    if (unknown)
      throw new ManifestError(
        origin,
        `${name}: ${unknown[0]} is not understood; known are ${[address, authority, protocol, '%ENVIRONMENT(NAME)%'].join(', ')}`,
      );
    return { name: name.toLowerCase(), parts: parts.map((part) => operand(part, env)) };
  });
  return (client) => rules.flatMap(({ name, parts }) => [name, parts.map((part) => part(client)).join('')]);
}

/** What a part of a value stands for. A variable is as Envoy gives it: `-` where there is none. */
function operand(part: string, env: Readonly<Record<string, string | undefined>>): (client: Client) => string {
  if (part === address) return ({ address }) => address;
  if (part === authority) return ({ host }) => host;
  if (part === protocol) return ({ proto }) => proto;
  const [, variable] = environment.exec(part) ?? [];
  const text = variable === undefined ? part.replace(/^%%$/, '%') : (env[variable] ?? '-');
  return () => text;
}
