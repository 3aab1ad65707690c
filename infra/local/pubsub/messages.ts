/**
 * The parts of google.pubsub.v1 that the server reads and writes, as @grpc/proto-loader hands them over with
 * `grpcOptions`: 64-bit integers are strings, absent fields are absent, lists and maps always there.
 * https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1
 */
export interface Duration {
  seconds?: string;
  nanos?: number;
}

export interface TopicMessage {
  name: string;
}

export interface SubscriptionMessage {
  name: string;
  topic: string;
  ackDeadlineSeconds?: number;
  messageRetentionDuration?: Duration;
  expirationPolicy?: { ttl?: Duration };
  filter?: string;
  enableMessageOrdering?: boolean;
  enableExactlyOnceDelivery?: boolean;
  pushConfig?: { pushEndpoint?: string };
}

export interface PubsubMessage {
  data?: Buffer;
  attributes: Record<string, string>;
  messageId: string;
  publishTime: { seconds: string; nanos: number };
}

export interface ReceivedMessage {
  ackId: string;
  message: PubsubMessage;
}

export interface StreamingPullRequest {
  subscription?: string;
  ackIds: string[];
  modifyDeadlineAckIds: string[];
  modifyDeadlineSeconds: number[];
  streamAckDeadlineSeconds?: number;
}

export interface StreamingPullResponse {
  receivedMessages: ReceivedMessage[];
}

export const grpcOptions = {
  longs: String,
  enums: String,
  arrays: true,
  objects: true,
} as const;
