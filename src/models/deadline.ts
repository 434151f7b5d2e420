import { setTimeout as sleep } from "node:timers/promises";

/** The time that a request may take, and the user's wish to stop it, in one signal. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  readonly #user: AbortSignal | undefined;
  readonly #stop: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #end: number;

  constructor(timeoutMs: number, user?: AbortSignal) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#stop = () => controller.abort();
    this.#timer = setTimeout(this.#stop, timeoutMs);
    this.#end = performance.now() + timeoutMs;
    this.#user = user;
    if (user?.aborted) this.#stop();
    user?.addEventListener("abort", this.#stop, { once: true });
  }

  /** How it ended: by the user, by the clock, or not yet. */
  get ended(): "interrupted" | "over" | undefined {
    if (this.#user?.aborted) return "interrupted";
    return this.signal.aborted ? "over" : undefined;
  }

  left(): number {
    return this.#end - performance.now();
  }

  /** Rejects as soon as the deadline ends. */
  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal });
  }

  /** Also ends whatever is still under way. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#user?.removeEventListener("abort", this.#stop);
    this.#stop();
  }
}
