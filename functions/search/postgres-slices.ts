import type { Sql } from '@dormouse/runtime/sql-types';

/** A part of time, in milliseconds since 1970: from its beginning, until before its end. */
export interface Slice {
  from?: number;
  until?: number;
}

/** Times that part the posts into equally many, oldest first, as PostgreSQL's statistics have them. */
interface Histogram {
  bounds: number[];
  posts: number;
}

/** For so long the statistics are believed: they change when a tenth of the posts has. */
const knownMs = 60_000;

/**
 * All of time in slices, newest first: with about so many of the newest posts, then about so many of those before, and the rest. What has
 * a common letter is then found among the newest, and no more posts are read. How many posts a slice really has makes no difference to
 * what is found.
 * @param sizes of posts that the slices before the last reach to, ascending
 */
export function newestSlices(
  sql: Sql,
  sizes: readonly number[],
  now = () => performance.now(),
): (until?: number) => Promise<Slice[]> {
  let known: { histogram: Promise<Histogram>; at: number } | undefined;
  return async (until) => {
    if (!known || now() - known.at > knownMs) known = { histogram: histogramOf(sql), at: now() };
    const { histogram } = known;
    return slicesOf(
      await histogram.catch((error) => {
        if (known?.histogram === histogram) known = undefined;
        throw error;
      }),
      sizes,
      until,
    );
  };
}

function slicesOf({ bounds, posts }: Histogram, sizes: readonly number[], until = Infinity): Slice[] {
  const perPart = posts / Math.max(1, bounds.length - 1);
  const last = bounds.findLastIndex((bound) => bound < until);
  const cuts = sizes.map((size) => bounds[last - Math.ceil(size / perPart)]).filter((cut) => cut !== undefined);
  const times = [...new Set(cuts)].sort((a, b) => b - a);
  return [...times, undefined].map((from, i) => ({
    ...(from !== undefined && { from }),
    ...(i > 0 && { until: times[i - 1] as number }),
  }));
}

async function histogramOf(sql: Sql): Promise<Histogram> {
  const [row] = await sql<{ bounds: number[]; posts: number }[]>`
    SELECT ARRAY(SELECT 1000 * extract(epoch FROM bound)::float8 FROM unnest(histogram_bounds::text::timestamptz[]) AS bound) AS bounds,
      (SELECT reltuples FROM pg_class WHERE oid = 'posts'::regclass) AS posts
    FROM pg_stats WHERE schemaname = current_schema AND tablename = 'posts' AND attname = 'created_at'`;
  return row && row.posts > 0 ? row : { bounds: [], posts: 0 };
}
