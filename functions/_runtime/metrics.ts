/** Names of everything that functions measure; dashboards and alerts import them. Durations in seconds. */
export const metricNames = {
  requestDuration: 'http.server.request.duration',
  activeRequests: 'http.server.active_requests',
  coldStart: 'faas.init_duration',
  coldStarts: 'faas.coldstarts',
  outboxSent: 'dormouse.outbox.sent',
  outboxLeft: 'dormouse.outbox.left',
  eventsProcessed: 'dormouse.events.processed',
  cacheRequests: 'dormouse.cache.requests',
} as const;
