import { PubSub } from '@google-cloud/pubsub';
import type { Config } from '../config.ts';

/** gRPC's own limit of two minutes would keep us silent for long after Pub/Sub is back. */
const reconnect = { 'grpc.max_reconnect_backoff_ms': 5_000 };

/** The client of Pub/Sub, with application-default credentials unless a plain host is named. */
export function createPubSub({ project, pubsub: { host } }: Config): PubSub {
  return new PubSub({
    projectId: project,
    ...reconnect,
    ...(host && { apiEndpoint: host, emulatorMode: true }),
  });
}
