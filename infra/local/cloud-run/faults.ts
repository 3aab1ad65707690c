/**
 * `run-job-refused`: PERMISSION_DENIED, and nothing starts.
 * `run-job-answer-lost`: UNAVAILABLE, although the execution has begun.
 */
export type Fault = 'run-job-refused' | 'run-job-answer-lost';

export type Faults = ReturnType<typeof createFaults>;

/** Faults wait for the calls that they are to befall; each befalls one. */
export function createFaults() {
  const waiting: Fault[] = [];
  const consumed: Record<Fault, number> = { 'run-job-refused': 0, 'run-job-answer-lost': 0 };
  return {
    inject(fault: Fault) {
      waiting.push(fault);
    },
    consumed: (fault: Fault) => consumed[fault],
    /** Whether the fault is due now; asking uses it up. */
    take(fault: Fault): boolean {
      const at = waiting.indexOf(fault);
      if (at < 0) return false;
      waiting.splice(at, 1);
      consumed[fault] += 1;
      return true;
    },
  };
}
