import { getHealth, getIndex, healthView, indexView } from '../health.ts';
import { type Route, route } from '../http/route.ts';
import { getOracleStatus, oracleStatusView } from '../oracle-status.ts';
import { reconcileJobs, reconcileView } from '../reconcile.ts';
import { noBody } from './pieces.ts';

/** How the service and its database do. */
export const serviceRoutes: readonly Route[] = [
  route({
    id: 'getIndex',
    tag: 'Service',
    method: 'GET',
    service: 'each',
    path: '/api',
    summary: 'The functions that serve this API',
    scope: 'read',
    status: 200,
    response: indexView,
    handle: getIndex,
  }),
  route({
    id: 'getHealth',
    tag: 'Service',
    method: 'GET',
    service: 'each',
    path: '/api/health',
    isProbe: true,
    summary: 'Whether the service lives and can reach what it needs; 503 when it cannot',
    scope: 'none',
    status: 200,
    response: healthView,
    also: { 503: 'The service lives, but cannot reach what it needs.' },
    handle: getHealth,
  }),
  route({
    id: 'getOracleStatus',
    tag: 'Oracle',
    method: 'GET',
    service: 'oracle',
    path: '/api/oracle/status',
    summary: 'How Oracle is reached and what our user may do there',
    description: 'A database that cannot be reached is an answer, too: `connected` is false.',
    scope: 'read',
    status: 200,
    response: oracleStatusView,
    errors: ['ORACLE_CLIENT_ERROR', 'ORACLE_CONNECTION_ERROR'],
    handle: getOracleStatus,
  }),
  route({
    id: 'reconcile',
    tag: 'Service',
    method: 'POST',
    service: 'reconcile',
    path: '/api/reconcile',
    summary: 'Bring jobs forward whose tasks are gone; to be called every minute',
    scope: 'admin',
    input: { body: noBody },
    status: 200,
    response: reconcileView,
    handle: reconcileJobs,
  }),
];
