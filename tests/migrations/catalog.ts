import type postgres from 'postgres';

/** What is in the schemas of functions: `column posts.posts.title` → `text`. */
export type Catalog = ReadonlyMap<string, string>;

/** Reads tables, columns, constraints, unique indexes, functions and rights of these schemas. */
export async function readCatalog(sql: postgres.Sql, schemas: readonly string[]): Promise<Catalog> {
  const rows = await sql<{ key: string; value: string }[]>`
    WITH relations AS (
      SELECT c.oid, c.relkind, c.relacl, c.relowner, format('%s.%s', n.nspname, c.relname) AS name
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY (${[...schemas]}) AND c.relkind IN ('r', 'S', 'v')
    ), columns AS (
      SELECT a.*, r.name FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid
      WHERE r.relkind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped
    ), routines AS (
      SELECT p.*, format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY (${[...schemas]})
    )
    SELECT 'table ' || name AS key, '' AS value FROM relations WHERE relkind = 'r'
    UNION ALL SELECT format('column %s.%s', name, attname), format_type(atttypid, atttypmod) FROM columns
    UNION ALL SELECT format('value for %s.%s', name, attname), 'needed' FROM columns
      WHERE attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''
    UNION ALL SELECT format('constraint %s of %s', k.conname, r.name), pg_get_constraintdef(k.oid)
      FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid WHERE k.contype <> 'n'
    UNION ALL SELECT format('unique index %s of %s', i.indexrelid::regclass, r.name), pg_get_indexdef(i.indexrelid)
      FROM relations r JOIN pg_index i ON i.indrelid = r.oid
      WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
    UNION ALL SELECT 'function ' || name, pg_get_function_result(oid) FROM routines WHERE prorettype <> 'trigger'::regtype
    UNION ALL SELECT format('right of %s: %s on %s', rolname, acl.privilege_type, r.name), ''
      FROM relations r CROSS JOIN aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS acl JOIN pg_roles ON pg_roles.oid = acl.grantee
    UNION ALL SELECT format('right of %s: %s on %s.%s', rolname, acl.privilege_type, c.name, c.attname), ''
      FROM columns c CROSS JOIN aclexplode(c.attacl) AS acl JOIN pg_roles ON pg_roles.oid = acl.grantee
    UNION ALL SELECT format('right of %s: %s on %s', rolname, acl.privilege_type, p.name), ''
      FROM routines p CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl JOIN pg_roles ON pg_roles.oid = acl.grantee WHERE p.prorettype <> 'trigger'::regtype`;
  return new Map(rows.map(({ key, value }) => [key, value]));
}
