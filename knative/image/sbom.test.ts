import { Spec } from '@cyclonedx/cyclonedx-library';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Package } from './packages.ts';
import { sbomOf } from './sbom.ts';

interface Bill {
  metadata: { timestamp: string };
  components: { name: string; group?: string; version?: string; purl?: string; type: string; licenses?: object[] }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}
const contents = { title: 'dormouse/posts', version: '7.0.0', created: '2026-01-02T03:04:05.000Z', packages: [] };
const one = (fields: Partial<Package>): Package => ({
  name: 'hono',
  version: '4.13.19',
  license: 'MIT',
  needs: [],
  own: false,
  ...fields,
});
const bill = (more: Partial<Parameters<typeof sbomOf>[0]>) => JSON.parse(sbomOf({ ...contents, ...more })) as Bill;

test('a package has its package-url, its licence, and what it asks for', () => {
  const { components, dependencies } = bill({
    packages: [one({ needs: ['@hono/node-server', 'absent'] }), one({ name: '@hono/node-server', version: '2.1.9' })],
  });
  expect(components[0]).toMatchObject({
    group: '@hono',
    name: 'node-server',
    purl: 'pkg:npm/%40hono/node-server@2.1.9',
    licenses: [{ license: { id: 'MIT' } }],
  });
  expect(dependencies).toContainEqual({
    ref: 'pkg:npm/hono@4.13.19',
    dependsOn: ['pkg:npm/%40hono/node-server@2.1.9'],
  });
});

test("a package of the project's own is not looked for in a registry", () => {
  expect(bill({ packages: [one({ name: '@dormouse/posts', own: true })] }).components[0]).not.toHaveProperty('purl');
});

test('a base image that somebody else made is named', () => {
  expect(bill({ base: 'registry.example/node:24' }).components).toContainEqual(
    expect.objectContaining({ type: 'container', name: 'registry.example/node:24' }),
  );
});

test('a package of the operating system says whose it is, and of which source', () => {
  const system = [
    { name: 'libc6', version: '2', purl: 'pkg:deb/debian/libc6@2', source: { name: 'glibc', version: '2' } },
  ];
  const { components } = bill({ system, operatingSystem: { name: 'debian', version: '12' } });
  expect(components).toContainEqual(
    expect.objectContaining({ type: 'operating-system', name: 'debian', version: '12' }),
  );
  expect(components).toContainEqual(
    expect.objectContaining({
      name: 'libc6',
      properties: expect.arrayContaining([{ name: 'aquasecurity:trivy:SrcName', value: 'glibc' }]),
    }),
  );
  const [file] = bill({
    system: [{ name: 'x', sha256: 'a'.repeat(64) }],
    operatingSystem: { name: 'a', version: '1' },
  }).components;
  expect(file).toMatchObject({ type: 'file', name: 'x' });
});

test('the same contents give the same text, in whatever order they are named', () => {
  const packages = [one({}), one({ name: 'pino' }), one({ name: 'zod' })];
  expect(sbomOf({ ...contents, packages: packages.toReversed() })).toBe(sbomOf({ ...contents, packages }));
});

test('whatever is listed, the text is valid CycloneDX 1.6', async () => {
  const validator = new JsonStrictValidator(Spec.Version.v1dot6);
  const text = fc.string({ minLength: 1 });
  const packages = fc.array(
    fc.record({
      name: text,
      version: text,
      license: fc.option(fc.constantFrom('MIT', 'MIT OR Apache-2.0', 'as it is'), { nil: undefined }),
      needs: fc.array(text),
      own: fc.boolean(),
    }),
    { maxLength: 4 },
  );
  const system = fc.array(fc.record({ name: text, version: text, purl: fc.constant('pkg:deb/debian/x@1') }), {
    maxLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(packages, system, async (packages, system) => {
      const unique = packages.filter(
        ({ name, version }, index) =>
          packages.findIndex((each) => each.name === name && each.version === version) === index,
      );
      expect(
        await validator.validate(sbomOf({ ...contents, packages: unique, system, node: process.versions, base: 'b' })),
      ).toBeNull();
    }),
    { numRuns: 20 },
  );
});
