import { z } from 'zod';
import { transportInput } from '../../shared/domain/transport.ts';
import { executeInput, executeTransport } from '../execute.ts';
import { ifMatch, pageQuery, transportId } from '../fields.ts';
import { type Route, route } from '../http/route.ts';
import { preflightInput, preflightTransport } from '../preflight.ts';
import { getStatus, statusInput } from '../status.ts';
import {
  createTransport,
  deleteTransport,
  getTransport,
  listTransports,
  replaceTransport,
} from '../transports.ts';
import { jobDetailView } from '../views/job.ts';
import { preflightView } from '../views/preflight.ts';
import { statusEvents } from '../views/progress.ts';
import { transportView } from '../views/transport.ts';
import { nextPage, oneJob, oracleErrors } from './pieces.ts';

const definition = {
  name: 'nightly',
  tables: ['HR.EMPLOYEES', { owner: 'HR', table: 'PHOTOS', exclude_columns: ['SCAN'] }],
  destination: { prefix: 'exports' },
  options: { tasks: 2 },
};

/** Definitions of what to export, and their execution. */
export const transportRoutes: readonly Route[] = [
  route({
    id: 'createTransport',
    tag: 'Transports',
    method: 'POST',
    path: '/api/transport',
    summary: 'Define a transport',
    scope: 'write',
    input: { body: transportInput },
    example: definition,
    status: 201,
    response: transportView,
    headers: ['Location', 'ETag'],
    errors: ['CONFLICT'],
    handle: createTransport,
  }),
  route({
    id: 'listTransports',
    tag: 'Transports',
    method: 'GET',
    path: '/api/transport',
    summary: 'List the transports, newest first',
    scope: 'read',
    input: { query: pageQuery },
    status: 200,
    response: z.object({ transports: z.array(transportView), ...nextPage }),
    handle: listTransports,
  }),
  route({
    id: 'getTransport',
    tag: 'Transports',
    method: 'GET',
    path: '/api/transport/:id',
    summary: 'Read a transport',
    scope: 'read',
    input: { params: transportId },
    status: 200,
    response: transportView,
    headers: ['ETag'],
    errors: ['TRANSPORT_NOT_FOUND'],
    handle: getTransport,
  }),
  route({
    id: 'replaceTransport',
    tag: 'Transports',
    method: 'PUT',
    path: '/api/transport/:id',
    summary: 'Replace the definition of a transport',
    description: 'Running jobs keep the definition that they began with.',
    scope: 'write',
    input: { params: transportId, headers: ifMatch, body: transportInput },
    example: definition,
    status: 200,
    response: transportView,
    headers: ['ETag'],
    errors: ['TRANSPORT_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
    handle: replaceTransport,
  }),
  route({
    id: 'deleteTransport',
    tag: 'Transports',
    method: 'DELETE',
    path: '/api/transport/:id',
    summary: 'Delete a transport; its jobs and objects stay',
    scope: 'write',
    input: { params: transportId, headers: ifMatch },
    status: 204,
    response: z.undefined(),
    errors: ['TRANSPORT_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
    handle: deleteTransport,
  }),
  route({
    id: 'preflightTransport',
    tag: 'Transports',
    method: 'POST',
    service: 'oracle',
    path: '/api/transport/:id/preflight',
    summary: 'Find out what an execute would meet, without reading or writing anything',
    scope: 'read',
    changesNothing: true,
    input: preflightInput,
    status: 200,
    response: preflightView,
    errors: [...oracleErrors, 'TRANSPORT_NOT_FOUND'],
    handle: preflightTransport,
  }),
  route({
    id: 'executeTransport',
    tag: 'Transports',
    method: 'POST',
    path: '/api/transport/:id/execute',
    summary: 'Execute a transport: make its next job and start it',
    description:
      'A key, as `Idempotency-Key` or `request_id`, answers the same job for 24 hours; with another body it is a conflict. Without `allow_concurrent` a running job of the transport is one, too, and `details.job_id` names it.',
    scope: 'execute',
    input: executeInput,
    example: { request_id: '2026-11-23' },
    status: 202,
    response: oneJob,
    headers: ['Location'],
    also: { 200: 'Cloud Scheduler called while a job runs: that job.' },
    errors: ['TRANSPORT_NOT_FOUND', 'CONFLICT', 'QUOTA_EXCEEDED', 'JOB_LAUNCH_ERROR'],
    handle: executeTransport,
  }),
  route({
    id: 'getStatus',
    tag: 'Transports',
    method: 'GET',
    path: '/api/transport/:id/status',
    summary: 'The state of the newest job of a transport, once or as server-sent events',
    description:
      'A client whose `Accept` names `text/event-stream` gets a live stream until the job ends; any other gets JSON.',
    scope: 'read',
    takesTicket: true,
    input: statusInput,
    status: 200,
    response: z.object({ job: jobDetailView.nullable() }),
    events: statusEvents,
    also: { 204: 'To a stream that is opened again after its terminal event: there is no more.' },
    errors: ['TRANSPORT_NOT_FOUND', 'JOB_NOT_FOUND'],
    handle: getStatus,
  }),
];
