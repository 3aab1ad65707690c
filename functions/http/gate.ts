import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../../shared/config.ts';
import type { Logger } from '../../shared/logging.ts';
import type { TicketStore } from '../../shared/ports/stores.ts';
import { createAuthenticator } from './auth.ts';
import { createLimits, type Limits } from './limits.ts';
import {
  anonymous,
  type Principal,
  requireScope,
  type Scope,
  unauthenticated,
} from './principal.ts';
import { remoteAddress } from './remote-address.ts';

/** Decides who may come in, and how often. */
export interface Gate extends Pick<Limits, 'holdStream'> {
  /** Throws AUTHENTICATION_ERROR, AUTHENTICATION_UNAVAILABLE, PERMISSION_DENIED and RATE_LIMITED. */
  admit(visit: Visit, door: Door, ticket: string | undefined): Promise<Principal>;
  /** Counts a call that leads nowhere. Throws RATE_LIMITED. */
  countUnknown(visit: Visit): Promise<void>;
}

interface Visit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** What a route says of those who come. */
interface Door {
  readonly scope: Scope | 'none';
  readonly isProbe?: boolean;
}

export function createGate(config: Config, log: Logger, tickets: TicketStore): Gate {
  const authenticate = createAuthenticator(config, log);
  const limits = createLimits(config);

  function countUnknown({ req, res }: Visit): Promise<void> {
    return limits.countUnknown(remoteAddress(req, config.api.trusted_proxies), res);
  }

  async function admit(
    visit: Visit,
    { scope, isProbe }: Door,
    ticket: string | undefined,
  ): Promise<Principal> {
    if (scope === 'none') {
      if (!isProbe) await countUnknown(visit);
      return anonymous;
    }
    const known = await authenticate(visit.req.headers).catch(async (error) => {
      await countUnknown(visit);
      throw error;
    });
    if (known) await limits.countKnown(known.id, visit.res);
    // Whoever is not known is counted before a ticket is looked up, which costs a transaction.
    else await countUnknown(visit);
    const principal = known ?? (await holderOf(tickets, ticket));
    requireScope(principal, scope);
    return principal;
  }

  return { admit, countUnknown, holdStream: limits.holdStream };
}

const ticketForm = /^[\w-]{43}$/;

async function holderOf(tickets: TicketStore, text: string | undefined): Promise<Principal> {
  const ticket = text && ticketForm.test(text) ? await tickets.redeem(text) : undefined;
  if (!ticket) throw unauthenticated();
  const { principal: id, tenant } = ticket;
  return { id, kind: 'ticket', tenant, scopes: ['read'], ticket };
}
