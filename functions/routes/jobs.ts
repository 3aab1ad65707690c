import { z } from 'zod';
import { jobId } from '../fields.ts';
import { type Route, route } from '../http/route.ts';
import { cancelJob, getJob, getManifest, jobsQuery, listJobs } from '../jobs.ts';
import { createTicket, ticketInput, ticketView } from '../ticket.ts';
import { jobDetailView, jobView } from '../views/job.ts';
import { cancelledJob, jobDetail, jobList, ticket } from './examples.ts';
import { nextPage, noBody, oneJob } from './pieces.ts';

/** Executions of transports. */
export const jobRoutes: readonly Route[] = [
  route({
    id: 'listJobs',
    tag: 'Jobs',
    method: 'GET',
    path: '/api/jobs',
    summary: 'List the jobs, newest first',
    scope: 'read',
    input: { query: jobsQuery },
    status: 200,
    response: z.object({ jobs: z.array(jobView), ...nextPage }),
    answer: jobList,
    handle: listJobs,
  }),
  route({
    id: 'getJob',
    tag: 'Jobs',
    method: 'GET',
    path: '/api/jobs/:id',
    summary: 'Read a job with its tables',
    scope: 'read',
    input: { params: jobId },
    status: 200,
    response: jobDetailView,
    answer: jobDetail,
    errors: ['JOB_NOT_FOUND'],
    handle: getJob,
  }),
  route({
    id: 'cancelJob',
    tag: 'Jobs',
    method: 'POST',
    path: '/api/jobs/:id/cancel',
    summary: 'Cancel a job',
    description:
      'Its tasks see the request in the job’s record and clean up; the answer does not wait for them.',
    scope: 'execute',
    input: { params: jobId, body: noBody },
    status: 202,
    response: oneJob,
    answer: cancelledJob,
    errors: ['JOB_NOT_FOUND', 'CONFLICT'],
    handle: cancelJob,
  }),
  route({
    id: 'createTicket',
    tag: 'Jobs',
    method: 'POST',
    path: '/api/jobs/:id/ticket',
    summary: 'Get a ticket for one call of the status of a job, valid for a minute',
    description: 'For a browser’s EventSource, which cannot send headers, hence no key either.',
    scope: 'read',
    input: ticketInput,
    status: 201,
    response: ticketView,
    answer: ticket,
    errors: ['JOB_NOT_FOUND'],
    handle: createTicket,
  }),
  route({
    id: 'getManifest',
    tag: 'Jobs',
    method: 'GET',
    path: '/api/jobs/:id/manifest',
    summary: 'Read the manifest of a finished job',
    description: 'Byte for byte as it lies in the bucket.',
    scope: 'read',
    input: { params: jobId },
    status: 200,
    response: z.unknown(),
    errors: ['JOB_NOT_FOUND', 'GCS_ERROR'],
    handle: getManifest,
  }),
];
