/** Whether an object is meant by a selector. */
export type Selects = (object: { metadata: Metadata }) => boolean;

interface Metadata {
  name: string;
  namespace?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
}

/** A selector that Kubernetes would refuse. */
export class SelectorError extends Error {
  override name = 'SelectorError';
}

const name = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?`;
const value = String.raw`(?:[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?)?`;
const equality = new RegExp(`^(${name}) *(==?|!=) *(${value})$`);
const membership = new RegExp(`^(${name}) +(in|notin) *\\(([^()]*)\\)$`);
const existence = new RegExp(`^(! *)?(${name})$`);
const exactValue = new RegExp(`^${value}$`);

/** At most so many characters: more would not fit into a request's line. */
const maxLength = 4096;

/**
 * A label selector (k8s.io/apimachinery pkg/labels): `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, all of which must hold.
 * @throws SelectorError
 */
export function labelSelector(text: string): Selects {
  if (text.length > maxLength) throw new SelectorError('unable to parse requirement: the selector is too long');
  const checks = requirements(text).map(requirement);
  return ({ metadata: { labels = {} } }) => checks.every((holds) => holds(labels));
}

type Holds = (labels: Readonly<Record<string, string>>) => boolean;

/** Parts between commas that stand in no parentheses. */
const requirements = (text: string): string[] =>
  text.trim() === '' ? [] : text.split(/,(?![^()]*\))/).map((part) => part.trim());

function requirement(text: string): Holds {
  const [, key = '', operator = '', wanted = ''] = equality.exec(text) ?? [];
  if (key) return (labels) => (labelOf(labels, key) === wanted) === (operator !== '!=');
  const [, member = '', within = '', list = ''] = membership.exec(text) ?? [];
  if (member) {
    const values = list.split(',').map((each) => each.trim());
    if (!values.every((each) => exactValue.test(each))) throw unparsable(text);
    return (labels) => values.includes(labelOf(labels, member) ?? '\0') === (within === 'in');
  }
  const [, not, present = ''] = existence.exec(text) ?? [];
  if (!present) throw unparsable(text);
  return (labels) => (labelOf(labels, present) !== undefined) === !not;
}

const labelOf = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

const unparsable = (text: string) => new SelectorError(`unable to parse requirement: ${JSON.stringify(text)}`);

/** A field selector: `metadata.name` and `metadata.namespace`, what a cluster selects all kinds by. @throws SelectorError */
export function fieldSelector(text: string): Selects {
  const checks = text
    .split(',')
    .filter(Boolean)
    .map((part) => {
      const [, field = '', operator = '', wanted = ''] = /^([\w.]+)(==?|!=)([-\w.]*)$/.exec(part) ?? [];
      if (field !== 'metadata.name' && field !== 'metadata.namespace')
        throw new SelectorError(`field label not supported: ${field || part}`);
      const key = field === 'metadata.name' ? 'name' : 'namespace';
      return (metadata: Metadata) => ((metadata[key] ?? '') === wanted) === (operator !== '!=');
    });
  return ({ metadata }) => checks.every((holds) => holds(metadata));
}
