import type { Case } from './case.ts';

/** The conformance kit's cases of what the other filter dialects say, by its file. */
export const subscriptions: Readonly<Record<string, readonly Case[]>> = {
  subscriptions_api_recreations: [
    {
      name: 'Prefix filter (1)',
      expression: "source LIKE 'https://%'",
      result: true,
      overrides: { source: 'https://example.com' },
    },
    {
      name: 'Prefix filter (2)',
      expression: "source LIKE 'https://%'",
      result: false,
      overrides: { source: 'http://example.com' },
    },
    {
      name: 'Prefix filter on string extension',
      expression: "myext LIKE 'custom%'",
      result: true,
      overrides: { myext: 'customext' },
    },
    {
      name: 'Prefix filter on missing string extension',
      expression: "myext LIKE 'custom%'",
      result: false,
      error: 'missingAttribute',
    },
    {
      name: 'Suffix filter (1)',
      expression: "type like '%.error'",
      result: true,
      overrides: { type: 'com.github.error' },
    },
    {
      name: 'Suffix filter (2)',
      expression: "type like '%.error'",
      result: false,
      overrides: { type: 'com.github.success' },
    },
    {
      name: 'Suffix filter on string extension',
      expression: "myext LIKE '%ext'",
      result: true,
      overrides: { myext: 'customext' },
    },
    {
      name: 'Suffix filter on missing string extension',
      expression: "myext LIKE '%ext'",
      result: false,
      error: 'missingAttribute',
    },
    { name: 'Exact filter (1)', expression: "id = 'myId'", result: true, overrides: { id: 'myId' } },
    { name: 'Exact filter  (2)', expression: "id = 'myId'", result: false, overrides: { id: 'notmyId' } },
    {
      name: 'Exact filter on string extension',
      expression: "myext = 'customext'",
      result: true,
      overrides: { myext: 'customext' },
    },
    {
      name: 'Exact filter on missing string extension',
      expression: "myext = 'customext'",
      result: false,
      error: 'missingAttribute',
    },
    {
      name: 'Prefix filter AND Suffix filter (1)',
      expression: "id LIKE 'my%' AND source LIKE '%.ca'",
      result: true,
      overrides: { id: 'myId', source: 'http://www.some-website.ca' },
    },
    {
      name: 'Prefix filter AND Suffix filter (2)',
      expression: "id LIKE 'my%' AND source LIKE '%.ca'",
      result: false,
      overrides: { id: 'myId', source: 'http://www.some-website.com' },
    },
    {
      name: 'Prefix filter AND Suffix filter (3)',
      expression: "myext LIKE 'custom%' AND type LIKE '%.error'",
      result: true,
      overrides: { myext: 'customext', type: 'com.github.error' },
    },
    {
      name: 'Prefix AND Suffix filter (4)',
      expression: "type LIKE 'example.%' AND myext LIKE 'custom%'",
      result: false,
      error: 'missingAttribute',
      overrides: { type: 'example.event.type' },
    },
    {
      name: 'Prefix OR Suffix filter (1)',
      expression: "id LIKE 'my%' OR source LIKE '%.ca'",
      result: true,
      overrides: { id: 'myId', source: 'http://www.some-website.ca' },
    },
    {
      name: 'Prefix OR Suffix filter (2)',
      expression: "id LIKE 'my%' OR source LIKE '%.ca'",
      result: true,
      overrides: { id: 'myId', source: 'http://www.some-website.com' },
    },
    {
      name: 'Prefix OR Suffix filter (3)',
      expression: "id LIKE 'my%' OR source LIKE '%.ca'",
      result: true,
      overrides: { id: 'notmyId', source: 'http://www.some-website.ca' },
    },
    {
      name: 'Prefix OR Suffix filter (4)',
      expression: "id LIKE 'my%' OR source LIKE '%.ca'",
      result: false,
      overrides: { id: 'notmyId', source: 'http://www.some-website.com' },
    },
    {
      name: 'Disjunctive Normal Form (1)',
      expression:
        "(id = 'myId' AND type LIKE '%.success') OR (id = 'notmyId' AND source LIKE 'http://%' AND type LIKE '%.warning')",
      result: true,
      overrides: { id: 'myId', type: 'example.event.success' },
    },
    {
      name: 'Disjunctive Normal Form (2)',
      expression:
        "(id = 'myId' AND type LIKE '%.success') OR (id = 'notmyId' AND source LIKE 'http://%' AND type LIKE '%.warning')",
      result: true,
      overrides: { id: 'notmyId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    },
    {
      name: 'Disjunctive Normal Form (3)',
      expression:
        "(id = 'myId' AND type LIKE '%.success') OR (id = 'notmyId' AND source LIKE 'http://%' AND type LIKE '%.warning')",
      result: false,
      overrides: { id: 'notmyId', type: 'example.event.warning', source: 'https://localhost.localdomain' },
    },
    {
      name: 'Conjunctive Normal Form (1)',
      expression:
        "(id = 'myId' OR type LIKE '%.success') AND (id = 'notmyId' OR source LIKE 'https://%' OR type LIKE '%.warning')",
      result: true,
      overrides: { id: 'myId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    },
    {
      name: 'Conjunctive Normal Form (2)',
      expression:
        "(id = 'myId' OR type LIKE '%.success') AND (id = 'notmyId' OR source LIKE 'https://%' OR type LIKE '%.warning')",
      result: true,
      overrides: { id: 'notmyId', type: 'example.event.success', source: 'http://localhost.localdomain' },
    },
    {
      name: 'Conjunctive Normal Form (3)',
      expression:
        "(id = 'myId' OR type LIKE '%.success') AND (id = 'notmyId' OR source LIKE 'https://%' OR type LIKE '%.warning')",
      result: false,
      overrides: { id: 'notmyId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    },
    {
      name: 'Conjunctive Normal Form (4)',
      expression:
        "(id = 'myId' OR type LIKE '%.success') AND (id = 'notmyId' OR source LIKE 'https://%' OR type LIKE '%.warning')",
      result: false,
      overrides: { id: 'myId', type: 'example.event.success', source: 'http://localhost.localdomain' },
    },
    {
      name: 'Conjunctive Normal Form (5)',
      expression:
        "(id = 'myId' OR type LIKE '%.success') AND (id = 'notmyId' OR source LIKE 'https://%' OR type LIKE '%.warning') AND (myext = 'customext')",
      result: false,
      error: 'missingAttribute',
      overrides: { id: 'myId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    },
  ],
};
