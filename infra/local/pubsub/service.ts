import type { ServerDuplexStream } from '@grpc/grpc-js';
import { failure, unary } from '../grpc.ts';
import { createMessageQueue, type MessageQueue, type Puller } from './message-queue.ts';
import type {
  PubsubMessage,
  StreamingPullRequest,
  StreamingPullResponse,
  SubscriptionMessage,
  TopicMessage,
} from './messages.ts';
import { checkName, completeSettings, secondsOf } from './settings.ts';

interface LocalSubscription {
  settings: ReturnType<typeof completeSettings>;
  queue: MessageQueue;
}

/** Topics and subscriptions by their full names. */
export interface PubSubState {
  topics: Map<string, TopicMessage>;
  subscriptions: Map<string, LocalSubscription>;
  published: number;
}

interface PublishRequest {
  topic: string;
  messages: Pick<PubsubMessage, 'data' | 'attributes'>[];
}

interface BySubscription {
  subscription: string;
}

/** google.pubsub.v1.Publisher: what touches topics and publishes. */
export const publisherService = (state: PubSubState) => ({
  CreateTopic: unary((topic: TopicMessage) => createTopic(state, topic)),
  GetTopic: unary(({ topic }: { topic: string }) => findTopic(state, topic)),
  ListTopics: unary(({ project }: { project: string }) => ({
    topics: [...state.topics.values()].filter(({ name }) => name.startsWith(`${project}/`)),
  })),
  DeleteTopic: unary(({ topic }: { topic: string }) => deleteTopic(state, topic)),
  Publish: unary((request: PublishRequest) => publish(state, request)),
});

/** google.pubsub.v1.Subscriber: subscriptions, and reception by stream or by single pulls. */
export const subscriberService = (state: PubSubState) => ({
  CreateSubscription: unary((request: SubscriptionMessage) => subscribe(state, request)),
  GetSubscription: unary(({ subscription }: BySubscription) => find(state, subscription).settings),
  ListSubscriptions: unary(({ project }: { project: string }) => ({
    subscriptions: [...state.subscriptions.values()]
      .map(({ settings }) => settings)
      .filter(({ name }) => name.startsWith(`${project}/`)),
  })),
  DeleteSubscription: unary(({ subscription }: BySubscription) => unsubscribe(state, subscription)),
  StreamingPull: (call: ServerDuplexStream<StreamingPullRequest, StreamingPullResponse>) =>
    streamingPull(state, call),
  Pull: unary(async ({ subscription, maxMessages }: BySubscription & { maxMessages?: number }) => ({
    receivedMessages: await find(state, subscription).queue.pull(maxMessages ?? 0),
  })),
  Acknowledge: unary(({ subscription, ackIds }: BySubscription & { ackIds: string[] }) => {
    ackIds.forEach(find(state, subscription).queue.acknowledge);
    return {};
  }),
  ModifyAckDeadline: unary((request: ModifyAckDeadlineRequest) => {
    const { queue } = find(state, request.subscription);
    for (const id of request.ackIds) queue.modifyDeadline(id, request.ackDeadlineSeconds ?? 0);
    return {};
  }),
});

interface ModifyAckDeadlineRequest extends BySubscription {
  ackIds: string[];
  ackDeadlineSeconds?: number;
}

/** Throws INVALID_ARGUMENT for a bad name and ALREADY_EXISTS. */
export function createTopic(state: PubSubState, topic: TopicMessage): TopicMessage {
  checkName(topic.name, 'topics');
  if (state.topics.has(topic.name)) throw alreadyExists(topic.name);
  state.topics.set(topic.name, topic);
  return topic;
}

function deleteTopic(state: PubSubState, name: string) {
  findTopic(state, name);
  state.topics.delete(name);
  for (const { settings } of state.subscriptions.values()) {
    if (settings.topic === name) settings.topic = '_deleted-topic_';
  }
  return {};
}

function publish(state: PubSubState, { topic, messages }: PublishRequest) {
  findTopic(state, topic);
  const subscribed = [...state.subscriptions.values()].filter(
    ({ settings }) => settings.topic === topic,
  );
  const stamped = messages.map((message) => stamp(state, message));
  for (const { queue } of subscribed) stamped.forEach(queue.add);
  return { messageIds: stamped.map(({ messageId }) => messageId) };
}

function stamp(state: PubSubState, { data, attributes }: PublishRequest['messages'][number]) {
  if (!data?.length && Object.keys(attributes).length === 0) {
    throw failure('INVALID_ARGUMENT', 'Some messages in the publish request are empty');
  }
  state.published += 1;
  const now = Date.now();
  const publishTime = { seconds: `${Math.floor(now / 1000)}`, nanos: (now % 1000) * 1e6 };
  return { ...(data && { data }), attributes, messageId: `${state.published}`, publishTime };
}

function subscribe(state: PubSubState, request: SubscriptionMessage) {
  const settings = completeSettings(request);
  findTopic(state, settings.topic);
  if (state.subscriptions.has(settings.name)) throw alreadyExists(settings.name);
  const queue = createMessageQueue({
    ackDeadlineSeconds: settings.ackDeadlineSeconds,
    retentionSeconds: secondsOf(settings.messageRetentionDuration),
  });
  state.subscriptions.set(settings.name, { settings, queue });
  return settings;
}

function unsubscribe(state: PubSubState, name: string) {
  const { queue } = find(state, name);
  state.subscriptions.delete(name);
  queue.close(notFound(name));
  return {};
}

function streamingPull(
  state: PubSubState,
  call: ServerDuplexStream<StreamingPullRequest, StreamingPullResponse>,
) {
  const puller: Puller = {
    ackDeadlineSeconds: 10,
    receive: (message) => call.write({ receivedMessages: [message] }),
    end: (reason) => call.emit('error', reason),
  };
  let session: { queue: MessageQueue; leave: () => void } | undefined;
  call.on('data', (request: StreamingPullRequest) => {
    if (request.streamAckDeadlineSeconds) {
      puller.ackDeadlineSeconds = request.streamAckDeadlineSeconds;
    }
    if (session) return proceed(session.queue, call, request);
    const found = state.subscriptions.get(request.subscription ?? '');
    if (!found) return puller.end(notFound(request.subscription ?? ''));
    session = { queue: found.queue, leave: found.queue.join(puller) };
  });
  call.on('cancelled', () => session?.leave());
  call.on('end', () => {
    session?.leave();
    call.end();
  });
}

function proceed(
  queue: MessageQueue,
  call: ServerDuplexStream<StreamingPullRequest, StreamingPullResponse>,
  { ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds }: StreamingPullRequest,
) {
  ackIds.forEach(queue.acknowledge);
  modifyDeadlineAckIds.forEach((ackId, i) => {
    queue.modifyDeadline(ackId, modifyDeadlineSeconds[i] ?? 0);
  });
  // The client drops a stream that leaves its keep-alive unanswered: message-stream.js of @google-cloud/pubsub.
  if (ackIds.length + modifyDeadlineAckIds.length === 0) call.write({ receivedMessages: [] });
}

function findTopic(state: PubSubState, name: string): TopicMessage {
  const topic = state.topics.get(name);
  if (topic) return topic;
  throw notFound(name);
}

function find(state: PubSubState, name: string): LocalSubscription {
  const subscription = state.subscriptions.get(name);
  if (subscription) return subscription;
  throw notFound(name);
}

const notFound = (name: string) => failure('NOT_FOUND', `Resource not found (resource=${name}).`);

const alreadyExists = (name: string) =>
  failure('ALREADY_EXISTS', `Resource already exists in the project (resource=${name}).`);
