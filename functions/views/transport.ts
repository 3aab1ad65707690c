import { z } from 'zod';
import type { Transport } from '../../shared/domain/transport.ts';
import { whereInput } from '../../shared/domain/where.ts';

/** A transport as callers see it. */
export const transportView = z.object({
  id: z.string(),
  name: z.string(),
  tables: z.array(
    z.object({
      owner: z.string(),
      table: z.string(),
      columns: z.array(z.string()).optional(),
      exclude_columns: z.array(z.string()).optional(),
      where: whereInput.optional(),
      column_types: z.record(z.string(), z.enum(['STRING', 'BIGNUMERIC'])).optional(),
    }),
  ),
  destination: z.object({
    prefix: z.string(),
    bucket: z.string().optional(),
    dataset: z.string().optional(),
  }),
  options: z.object({
    tasks: z.int(),
    gzip_level: z.int(),
    verify: z.enum(['count', 'none']),
    snapshot: z.enum(['job', 'table']),
    target_part_bytes: z.int(),
    number_default: z.enum(['STRING', 'BIGNUMERIC']),
    dates: z.enum(['datetime', 'string']),
    time_zones: z.enum(['offset', 'region']),
    on_replacement: z.enum(['warn', 'fail']),
    retention: z.object({ versions: z.int() }).optional(),
    allow_concurrent: z.boolean(),
  }),
  labels: z.record(z.string(), z.string()),
  latest_version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  etag: z.string(),
});

export type TransportView = z.output<typeof transportView>;

/** The JSON of a stored transport. */
export function viewTransport(transport: Transport): TransportView {
  const { id, name, tables, destination, options, labels, etag } = transport;
  return {
    id,
    name,
    tables,
    destination,
    options,
    labels,
    latest_version: transport.latestVersion,
    created_at: transport.createdAt,
    updated_at: transport.updatedAt,
    etag,
  };
}
