export interface Session {
  readonly role: 'viewer' | 'operator' | null;
  readonly token_required: boolean;
}
