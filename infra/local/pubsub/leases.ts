import type { PubsubMessage, ReceivedMessage } from './messages.ts';

interface Lease {
  readonly message: PubsubMessage;
  timer: NodeJS.Timeout;
}

/** Messages in the hands of pullers; `onReturn` gets those that are given back or overdue. */
export function createLeases(onReturn: (message: PubsubMessage) => void) {
  const leases = new Map<string, Lease>();
  let count = 0;

  const overdueAfter = (seconds: number, ackId: string) =>
    setTimeout(() => giveBack(ackId), seconds * 1000).unref();

  function end(ackId: string): PubsubMessage | undefined {
    const lease = leases.get(ackId);
    clearTimeout(lease?.timer);
    leases.delete(ackId);
    return lease?.message;
  }

  function giveBack(ackId: string) {
    const message = end(ackId);
    if (message) onReturn(message);
  }

  return {
    grant(message: PubsubMessage, seconds: number): ReceivedMessage {
      count += 1;
      const ackId = `${message.messageId}-${count}`;
      leases.set(ackId, { message, timer: overdueAfter(seconds, ackId) });
      return { ackId, message };
    },
    /** Ends a lease for good; one that is over already stays so. */
    acknowledge: end,
    /** From now on; 0 gives the message back at once. */
    modifyDeadline(ackId: string, seconds: number) {
      const lease = leases.get(ackId);
      if (!lease) return;
      if (seconds === 0) return giveBack(ackId);
      clearTimeout(lease.timer);
      lease.timer = overdueAfter(seconds, ackId);
    },
    clear() {
      for (const ackId of leases.keys()) end(ackId);
    },
  };
}
