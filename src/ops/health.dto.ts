export class HealthStatus {
  /** @example "ok" */
  status!: string;
}
