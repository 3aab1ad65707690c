/** What we ask of Cloud Run. */

export interface LaunchRequest {
  readonly jobId: string;
  readonly transportName: string;
  readonly version: number;
  readonly tasks: number;
  /** W3C trace context, handed to the tasks. */
  readonly traceparent: string;
}

export type ExecutionState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface TaskLauncher {
  /** Starts the tasks and returns the execution's resource name. Throws JOB_LAUNCH_ERROR; `retryable` tells ambiguous from refused. */
  launch(request: LaunchRequest): Promise<string>;
  /** The newest execution that was launched for a job not before `since`, found by its arguments. */
  find(jobId: string, since: Date): Promise<string | undefined>;
  /** Undefined when Cloud Run does not, or no longer, know it. */
  state(execution: string): Promise<ExecutionState | undefined>;
  /** Idempotent: an execution that has ended stays as it is. */
  cancel(execution: string): Promise<void>;
  close(): Promise<void>;
}
