/** A page with its tables put between `<!-- capacity: NAME -->` and `<!-- /capacity -->`. @throws Error when a table has no name */
export const withTables = (page: string, tables: Readonly<Record<string, string>>): string =>
  page.replace(
    /(<!-- capacity: (\w+) -->\n)[\s\S]*?(<!-- \/capacity -->)/g,
    (_, begin: string, name: string, end: string) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`there is no table ${name}`);
      return `${begin}\n${table}\n\n${end}`;
    },
  );
