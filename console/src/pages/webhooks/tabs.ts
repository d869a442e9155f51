export const WEBHOOK_TABS = [
  ['/webhooks', 'Events'],
  ['/webhooks/endpoints', 'Endpoints'],
] as const;
