import type { Case } from './case.ts';

/** The conformance kit's cases of access to the attributes of events, by its files. */
export const events: Readonly<Record<string, readonly Case[]>> = {
  context_attributes_access: [
    { name: 'Access to required attribute', expression: 'id', result: 'myId', overrides: { id: 'myId' } },
    {
      name: 'Access to optional attribute',
      expression: 'subject',
      result: 'mySubject',
      overrides: { subject: 'mySubject' },
    },
    {
      name: 'Absent optional attribute',
      expression: 'subject',
      result: false,
      error: 'missingAttribute',
      event: { specversion: '1.0', id: 'myId', source: 'localhost.localdomain', type: 'myType' },
    },
    { name: 'Access to optional boolean extension', expression: 'mybool', result: true, overrides: { mybool: true } },
    { name: 'Access to optional integer extension', expression: 'myint', result: 10, overrides: { myint: 10 } },
    {
      name: 'Access to optional string extension',
      expression: 'myext',
      result: 'my extension',
      overrides: { myext: 'my extension' },
    },
    {
      name: 'URL type cohercion to string',
      expression: 'source',
      result: 'http://localhost/source',
      event: { specversion: '1.0', id: 'myId', source: 'http://localhost/source', type: 'myType' },
    },
    {
      name: 'Timestamp type cohercion to string',
      expression: 'time',
      result: '2018-04-26T14:48:09+02:00',
      event: {
        specversion: '1.0',
        id: 'myId',
        source: 'http://localhost/source',
        type: 'myType',
        time: '2018-04-26T14:48:09+02:00',
      },
    },
  ],
  exists_expression: [
    {
      name: 'required attributes always exist',
      expression: 'EXISTS specversion AND EXISTS id AND EXISTS type AND EXISTS SOURCE',
      result: true,
    },
    {
      name: 'optional attribute available',
      expression: 'EXISTS time',
      result: true,
      event: {
        specversion: '1.0',
        id: 'myId',
        source: 'http://localhost/source',
        type: 'myType',
        time: '2018-04-26T14:48:09+02:00',
      },
    },
    {
      name: 'optional attribute absent',
      expression: 'EXISTS time',
      result: false,
      event: { specversion: '1.0', id: 'myId', source: 'http://localhost/source', type: 'myType' },
    },
    {
      name: 'optional attribute absent (negated)',
      expression: 'NOT EXISTS time',
      result: true,
      event: { specversion: '1.0', id: 'myId', source: 'http://localhost/source', type: 'myType' },
    },
    {
      name: 'optional extension available',
      expression: 'EXISTS myext',
      result: true,
      event: { specversion: '1.0', id: 'myId', source: 'http://localhost/source', type: 'myType', myext: 'my value' },
    },
    {
      name: 'optional extension absent',
      expression: 'EXISTS myext',
      result: false,
      event: { specversion: '1.0', id: 'myId', source: 'http://localhost/source', type: 'myType' },
    },
    {
      name: 'optional extension absent (negated)',
      expression: 'NOT EXISTS myext',
      result: true,
      event: { specversion: '1.0', id: 'myId', source: 'http://localhost/source', type: 'myType' },
    },
  ],
  spec_examples: [
    {
      name: 'Case insensitive hops (1)',
      expression: 'int(hop) < int(ttl) and int(hop) < 1000',
      result: true,
      overrides: { hop: '5', ttl: '10' },
    },
    {
      name: 'Case insensitive hops (2)',
      expression: 'INT(hop) < INT(ttl) AND INT(hop) < 1000',
      result: true,
      overrides: { hop: '5', ttl: '10' },
    },
    { name: 'Case insensitive hops (3)', expression: 'hop < ttl', result: true, overrides: { hop: '5', ttl: '10' } },
    { name: 'Equals with casting (1)', expression: 'sequence = 5', result: true, overrides: { sequence: '5' } },
    { name: 'Equals with casting (2)', expression: 'sequence = 5', result: false, overrides: { sequence: '6' } },
    {
      name: 'Logic expression (1)',
      expression: "firstname = 'Francesco' OR subject = 'Francesco'",
      result: true,
      overrides: { subject: 'Francesco', firstname: 'Doug' },
    },
    {
      name: 'Logic expression (2)',
      expression: "firstname = 'Francesco' OR subject = 'Francesco'",
      result: true,
      overrides: { firstname: 'Francesco', subject: 'Doug' },
    },
    {
      name: 'Logic expression (3)',
      expression: "(firstname = 'Francesco' AND lastname = 'Guardiani') OR subject = 'Francesco Guardiani'",
      result: true,
      overrides: { subject: 'Doug', firstname: 'Francesco', lastname: 'Guardiani' },
    },
    {
      name: 'Logic expression (4)',
      expression: "(firstname = 'Francesco' AND lastname = 'Guardiani') OR subject = 'Francesco Guardiani'",
      result: true,
      overrides: { subject: 'Francesco Guardiani', firstname: 'Doug', lastname: 'Davis' },
    },
    {
      name: 'Subject exists',
      expression: 'EXISTS subject',
      result: true,
      overrides: { subject: 'Francesco Guardiani' },
    },
    { name: 'Missing attribute (1)', expression: 'true AND (missing = "")', result: false, error: 'missingAttribute' },
    { name: 'Missing attribute (2)', expression: 'missing * 5', result: 0, error: 'missingAttribute' },
    { name: 'Missing attribute (3)', expression: '1 / missing', result: 0, error: 'missingAttribute' },
  ],
};
