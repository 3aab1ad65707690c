import { failure } from '../grpc.ts';
import type { Duration, SubscriptionMessage } from './messages.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/**
 * The subscription with its defaults. Throws INVALID_ARGUMENT for values that Pub/Sub would refuse and UNIMPLEMENTED
 * for what this server does not do.
 * https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1#subscription
 */
export function completeSettings(request: SubscriptionMessage) {
  checkName(request.name, 'subscriptions');
  checkImplemented(request);
  const ackDeadlineSeconds = request.ackDeadlineSeconds || 10;
  checkRange('ack_deadline_seconds', ackDeadlineSeconds, 10, 600);
  const messageRetentionDuration = request.messageRetentionDuration ?? { seconds: `${7 * DAY}` };
  const retention = secondsOf(messageRetentionDuration);
  checkRange('message_retention_duration', retention, 10 * MINUTE, 31 * DAY);
  const expirationPolicy = request.expirationPolicy ?? { ttl: { seconds: `${31 * DAY}` } };
  const { ttl } = expirationPolicy;
  if (ttl) checkRange('expiration_policy.ttl', secondsOf(ttl), Math.max(DAY, retention), Infinity);
  return { ...request, ackDeadlineSeconds, messageRetentionDuration, expirationPolicy };
}

export const secondsOf = ({ seconds, nanos }: Duration) =>
  Number(seconds ?? 0) + (nanos ?? 0) / 1e9;

/** Throws INVALID_ARGUMENT. https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
export function checkName(name: string, kind: 'topics' | 'subscriptions') {
  const form = new RegExp(`^projects/[^/]+/${kind}/(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}$`);
  if (form.test(name)) return;
  throw failure('INVALID_ARGUMENT', `Invalid [${kind}] name: (name=${name})`);
}

function checkImplemented(request: SubscriptionMessage) {
  const { filter, enableMessageOrdering, enableExactlyOnceDelivery, pushConfig } = request;
  if (filter || enableMessageOrdering || enableExactlyOnceDelivery || pushConfig?.pushEndpoint) {
    throw failure('UNIMPLEMENTED', 'Filters, ordering, exactly-once delivery and push');
  }
}

function checkRange(field: string, value: number, least: number, most: number) {
  if (value >= least && value <= most) return;
  throw failure('INVALID_ARGUMENT', `Invalid ${field}: ${value}; must be ${least} to ${most}`);
}
