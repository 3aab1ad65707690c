import { Firestore } from '@google-cloud/firestore';
import type { Config } from '../config.ts';

/** The client for the configured database, with application-default credentials unless a plain host is named. */
export function createFirestore(config: Config): Firestore {
  const { database, host } = config.firestore;
  return new Firestore({
    projectId: config.project,
    databaseId: database,
    ignoreUndefinedProperties: true,
    ...(host && { host, ssl: false }),
  });
}
