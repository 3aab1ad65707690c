import { Firestore } from '@google-cloud/firestore';
import type { Config } from '../config.ts';

/** gRPC's own limit of two minutes would keep us silent for long after Firestore is back. */
const reconnect = { 'grpc.max_reconnect_backoff_ms': 5_000 };

/** The client for the configured database, with application-default credentials unless a plain host is named. */
export function createFirestore(config: Config): Firestore {
  const { database, host } = config.firestore;
  return new Firestore({
    projectId: config.project,
    databaseId: database,
    ignoreUndefinedProperties: true,
    ...reconnect,
    ...(host && { host, ssl: false }),
  });
}
