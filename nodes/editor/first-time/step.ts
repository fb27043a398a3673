/** One step of the first time. */
export interface Step {
  readonly element: HTMLElement;
  /** Whether one may go on. */
  readonly isReady: boolean;
  /** It came to the front. */
  readonly shown?: () => void;
}
