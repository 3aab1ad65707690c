import type { ApiKey } from '../../shared/config.ts';
import { OraFerryError } from '../../shared/errors.ts';
import type { Ticket } from '../../shared/ports/stores.ts';

export type Scope = ApiKey['scopes'][number];

/** Who calls, as far as we know. */
export interface Principal {
  /** The id of a key, or the e-mail address of a Google account. */
  readonly id: string;
  readonly kind: 'key' | 'account' | 'ticket' | 'anonymous';
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** What the caller may follow and nothing else; `id` is then whoever asked for the ticket. */
  readonly ticket?: Ticket;
}

/** The caller of a route that asks for no scope. */
export const anonymous: Principal = { id: 'anonymous', kind: 'anonymous', tenant: '', scopes: [] };

/** The one answer to everybody who is not known. */
export function unauthenticated(): OraFerryError {
  return new OraFerryError(
    'AUTHENTICATION_ERROR',
    'No valid API key, Google token or ticket came with the request.',
  );
}

/** Somebody known who lacks a scope. */
export class ScopeMissing extends OraFerryError {
  readonly principal: Principal;

  constructor(principal: Principal, scope: Scope) {
    super('PERMISSION_DENIED', `The caller lacks the scope ${scope}.`, { details: { scope } });
    this.principal = principal;
  }
}

/** Throws PERMISSION_DENIED when the principal lacks the scope; `admin` stands for all. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope) || principal.scopes.includes('admin')) return;
  throw new ScopeMissing(principal, scope);
}
