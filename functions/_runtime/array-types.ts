import type postgres from 'postgres';

/** PostgreSQL's element type → its array type, for the types that functions use. */
const arrayOf: Record<number, number> = {
  16: 1000,
  20: 1016,
  21: 1005,
  23: 1007,
  25: 1009,
  114: 199,
  700: 1021,
  701: 1022,
  1043: 1015,
  1082: 1182,
  1184: 1185,
  1700: 1231,
  2950: 2951,
  3802: 3807,
};

interface TypeTables {
  parsers: Record<number, ((text: string) => unknown) | undefined>;
  serializers: Record<number, ((value: unknown) => string) | undefined>;
  shared: { typeArrayMap: Record<number, number> };
}

/**
 * Teaches a client the array types, with the same results as its own `fetch_types`, which would cost every new connection a query of
 * the catalogue.
 */
export function addArrayTypes(sql: postgres.Sql): void {
  const { parsers, serializers, shared } = sql.options as unknown as TypeTables;
  for (const [element, array] of Object.entries(arrayOf)) {
    const parse = parsers[Number(element)];
    const serialize = serializers[Number(element)];
    shared.typeArrayMap[Number(element)] = array;
    parsers[array] = (text) => parseArray(text, parse);
    serializers[array] = (value) => (Array.isArray(value) ? formatArray(value, serialize) : String(value));
  }
}

/** Reads an array literal: `{1,NULL,"a \"b\""}`, nested ones too. */
export function parseArray(text: string, parse: (element: string) => unknown = (element) => element): unknown[] {
  let at = text.indexOf('{') + 1;
  const quoted = (): string => {
    let value = '';
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++;
      value += text[at];
    }
    at++;
    return value;
  };
  const bare = (): unknown => {
    const start = at;
    while (text[at] !== ',' && text[at] !== '}') at++;
    const value = text.slice(start, at);
    return value === 'NULL' ? null : parse(value);
  };
  const list = (): unknown[] => {
    const values: unknown[] = [];
    while (text[at] !== '}') {
      if (text[at] === ',') at++;
      if (text[at] === '{') {
        at++;
        values.push(list());
      } else values.push(text[at] === '"' ? parse(quoted()) : bare());
    }
    at++;
    return values;
  };
  return list();
}

/** Writes an array literal; every element is quoted, so that no element needs a special rule. */
export function formatArray(values: readonly unknown[], serialize: (element: unknown) => string = String): string {
  const element = (value: unknown): string => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value)) return formatArray(value, serialize);
    return `"${serialize(value).replace(/[\\"]/g, '\\$&')}"`;
  };
  return `{${values.map(element).join(',')}}`;
}
