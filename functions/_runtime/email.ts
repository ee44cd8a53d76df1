import { domainToASCII } from 'node:url';

/** RFC 5322 dot-atom; quoted local parts, comments and address literals are rejected, as every large mail service does. */
const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * An e-mail address in the one form we store: trimmed, the domain in lower case and as ASCII (IDNA), the local part as
 * given, because its letters' case may matter to its server (RFC 5321 section 2.4).
 *
 * @returns undefined when it is not an address: no `@`, more than 64 octets before it or 254 in all, no dot in the domain.
 */
export function normaliseEmail(input: string): string | undefined {
  const address = input.trim();
  const at = address.lastIndexOf('@');
  const name = address.slice(0, Math.max(at, 0));
  if (address.length > 254 || name.length > 64 || !local.test(name)) return undefined;
  const domain = domainToASCII(address.slice(at + 1));
  return isDomain(domain) && name.length + 1 + domain.length <= 254 ? `${name}@${domain}` : undefined;
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return labels.length >= 2 && labels.every((each) => label.test(each)) && !/^\d+$/.test(labels.at(-1) as string);
}
