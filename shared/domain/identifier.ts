import { z } from 'zod';

/**
 * An Oracle identifier: at most 128 bytes, and never a double quote or NUL, because we always quote them.
 * https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html
 */
export const identifier = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 128, 'is longer than 128 bytes')
  .refine((name) => !/["\0]/.test(name), 'holds a double quote or a NUL');
