/** Names of what functions measure; dashboards and alerts import them. Durations are in seconds. */
export const metricNames = {
  /** Histogram by http.request.method, http.route, http.response.status_code, error.type. */
  requestDuration: 'http.server.request.duration',
  /** Counter by faas.trigger. */
  coldStarts: 'faas.coldstarts',
} as const;

/** Upper bounds of the duration's buckets, in seconds: finer than the convention's, since most answers take about a millisecond. */
export const requestBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
