export type PartState = 'ok' | 'degraded' | 'down';

export interface HealthPart {
  readonly part: string;
  readonly state: PartState;
  readonly since: string;
  readonly detail: string;
  readonly meaning: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly state: PartState;
  readonly parts: readonly HealthPart[];
}
