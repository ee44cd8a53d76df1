import { ComponentType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import {
  Bom,
  Component,
  LicenseExpression,
  NamedLicense,
  Property,
  SpdxLicense,
} from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import type { Package } from './packages.ts';
import type { SystemPart } from './system-packages.ts';

/** Contents of an image, as known to its builder. */
export interface Contents {
  /** `dormouse/posts` */
  title: string;
  version: string;
  /** ISO 8601 */
  created: string;
  packages: readonly Package[];
  /** Node.js and its components (process.versions); undefined when the base image has it. */
  node?: Readonly<Record<string, string | undefined>> | undefined;
  system?: readonly SystemPart[];
  /** Whose packages they are: a scanner ignores them where it is not said. */
  operatingSystem?: { name: string; version: string } | undefined;
  /** The image below, whose own parts are not listed. */
  base?: string | undefined;
}

/** A CycloneDX 1.6 bill of materials, the same for the same contents (https://cyclonedx.org/docs/1.6/json/). */
export function sbomOf({
  title,
  version,
  created,
  packages,
  node,
  system = [],
  operatingSystem,
  base,
}: Contents): string {
  const bom = new Bom();
  const image = new Component(ComponentType.Container, title, { version, bomRef: title });
  const parts = [...packageComponents(packages), ...system.map(systemComponent)];
  if (operatingSystem && system.some(({ purl }) => purl)) parts.push(operatingSystemComponent(operatingSystem));
  if (node) parts.push(nodeComponent(node));
  if (base) parts.push(new Component(ComponentType.Container, base, { bomRef: `base:${base}` }));
  for (const part of parts) {
    bom.components.add(part);
    image.dependencies.add(part.bomRef);
  }
  bom.metadata.component = image;
  bom.metadata.timestamp = new Date(created);
  return `${new JsonSerializer(new Json.Normalize.Factory(Spec1dot6)).serialize(bom, { sortLists: true, space: 1 })}\n`;
}

function packageComponents(packages: readonly Package[]): Component[] {
  const made = packages.map((each) => [each, packageComponent(each)] as const);
  for (const [{ needs }, component] of made)
    for (const [other, needed] of made) if (needs.includes(other.name)) component.dependencies.add(needed.bomRef);
  return made.map(([, component]) => component);
}

function packageComponent({ name, version, license, own }: Package): Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const component = new Component(ComponentType.Library, short ?? name, { version, bomRef: purl });
  if (group) component.group = group;
  if (!own) component.purl = purl;
  if (license) component.licenses.add(licenseOf(license));
  return component;
}

function licenseOf(text: string): SpdxLicense | LicenseExpression | NamedLicense {
  if (isSupportedSpdxId(text)) return new SpdxLicense(text);
  return isExpression(text) ? new LicenseExpression(text) : new NamedLicense(text);
}

/** Detects an SPDX expression by its two common operators; a parser would need another package. */
const isExpression = (text: string) => / (OR|AND) /.test(text);

const operatingSystemComponent = ({ name, version }: { name: string; version: string }) =>
  new Component(ComponentType.OperatingSystem, name, { version, bomRef: `os:${name}@${version}` });

function systemComponent({ name, version, purl, source, sha256 }: SystemPart): Component {
  const component = new Component(purl ? ComponentType.Library : ComponentType.File, name, {
    bomRef: purl ?? `file:${name}`,
  });
  if (version) component.version = version;
  if (purl) component.purl = purl;
  if (source) {
    component.properties.add(new Property('aquasecurity:trivy:SrcName', source.name));
    component.properties.add(new Property('aquasecurity:trivy:SrcVersion', source.version));
  }
  if (sha256) component.hashes.set(HashAlgorithm['SHA-256'], sha256);
  return component;
}

/** Node.js links its libraries statically: a scan of files would miss them. */
function nodeComponent(versions: Readonly<Record<string, string | undefined>>): Component {
  const purl = `pkg:generic/node@${versions.node}`;
  const node = new Component(ComponentType.Platform, 'node', { version: versions.node ?? '', purl, bomRef: purl });
  node.licenses.add(new SpdxLicense('MIT'));
  for (const [name, version] of Object.entries(versions))
    if (version && name !== 'node') node.properties.add(new Property(`node:${name}`, version));
  return node;
}
