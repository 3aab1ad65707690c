import { z } from 'zod';
import { transportInput } from '../shared/domain/transport.ts';
import { executeInput, executeTransport } from './execute.ts';
import { ifMatch, jobId, pageQuery, transportId } from './fields.ts';
import { getHealth, getIndex, healthView, indexView } from './health.ts';
import { type Route, route } from './http/route.ts';
import { cancelJob, getJob, getManifest, jobsQuery, listJobs } from './jobs.ts';
import { reconcileJobs, reconcileView } from './reconcile.ts';
import { getStatus, statusInput } from './status.ts';
import {
  createTransport,
  deleteTransport,
  getTransport,
  listTransports,
  replaceTransport,
} from './transports.ts';
import { jobDetailView, jobView } from './views/job.ts';
import { statusEvents } from './views/progress.ts';
import { transportView } from './views/transport.ts';

const oneJob = z.object({ job: jobView });
const nextPage = { next_page_token: z.string().nullable() };
const noBody = z.strictObject({}).optional();

/** The whole API, a row per call. */
export const routes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api',
    summary: 'The functions that serve this API',
    scope: 'read',
    status: 200,
    response: indexView,
    handle: getIndex,
  }),
  route({
    method: 'GET',
    path: '/api/health',
    summary: 'Whether the service lives and can reach what it needs; 503 when it cannot',
    scope: 'none',
    status: 200,
    response: healthView,
    handle: getHealth,
  }),
  route({
    method: 'POST',
    path: '/api/transport',
    summary: 'Define a transport',
    scope: 'write',
    input: { body: transportInput },
    status: 201,
    response: transportView,
    handle: createTransport,
  }),
  route({
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
    method: 'GET',
    path: '/api/transport/:id',
    summary: 'Read a transport',
    scope: 'read',
    input: { params: transportId },
    status: 200,
    response: transportView,
    handle: getTransport,
  }),
  route({
    method: 'PUT',
    path: '/api/transport/:id',
    summary: 'Replace the definition of a transport',
    scope: 'write',
    input: { params: transportId, headers: ifMatch, body: transportInput },
    status: 200,
    response: transportView,
    handle: replaceTransport,
  }),
  route({
    method: 'DELETE',
    path: '/api/transport/:id',
    summary: 'Delete a transport; its jobs and objects stay',
    scope: 'write',
    input: { params: transportId, headers: ifMatch },
    status: 204,
    response: z.undefined(),
    handle: deleteTransport,
  }),
  route({
    method: 'POST',
    path: '/api/transport/:id/execute',
    summary: 'Execute a transport: make its next job and start it',
    scope: 'execute',
    input: executeInput,
    status: 202,
    response: oneJob,
    handle: executeTransport,
  }),
  route({
    method: 'GET',
    path: '/api/transport/:id/status',
    summary: 'The state of the newest job of a transport, once or as server-sent events',
    scope: 'read',
    input: statusInput,
    status: 200,
    response: z.object({ job: jobDetailView.nullable() }),
    events: statusEvents,
    handle: getStatus,
  }),
  route({
    method: 'GET',
    path: '/api/jobs',
    summary: 'List the jobs, newest first',
    scope: 'read',
    input: { query: jobsQuery },
    status: 200,
    response: z.object({ jobs: z.array(jobView), ...nextPage }),
    handle: listJobs,
  }),
  route({
    method: 'GET',
    path: '/api/jobs/:id',
    summary: 'Read a job with its tables',
    scope: 'read',
    input: { params: jobId },
    status: 200,
    response: jobDetailView,
    handle: getJob,
  }),
  route({
    method: 'POST',
    path: '/api/jobs/:id/cancel',
    summary: 'Cancel a job',
    scope: 'execute',
    input: { params: jobId, body: noBody },
    status: 202,
    response: oneJob,
    handle: cancelJob,
  }),
  route({
    method: 'GET',
    path: '/api/jobs/:id/manifest',
    summary: 'Read the manifest of a finished job',
    scope: 'read',
    input: { params: jobId },
    status: 200,
    response: z.unknown(),
    handle: getManifest,
  }),
  route({
    method: 'POST',
    path: '/api/reconcile',
    summary: 'Bring jobs forward whose tasks are gone; to be called every minute',
    scope: 'admin',
    input: { body: noBody },
    status: 200,
    response: reconcileView,
    handle: reconcileJobs,
  }),
];
