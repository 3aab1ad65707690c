import { z } from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import { jobView } from '../views/job.ts';

/** What rows of several areas share. */

export const oneJob = z.object({ job: jobView });
export const nextPage = { next_page_token: z.string().nullable() };
export const noBody = z.strictObject({}).optional();

/** What any call that asks Oracle may come to. */
export const oracleErrors: readonly ErrorCode[] = [
  'PERMISSION_DENIED',
  'ORACLE_AUTHENTICATION_ERROR',
  'ORACLE_CLIENT_ERROR',
  'ORACLE_CONNECTION_ERROR',
  'ORACLE_CIRCUIT_OPEN',
  'ORACLE_ERROR',
  'ORACLE_TLS_ERROR',
];
