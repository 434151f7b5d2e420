import type { Workspace } from "../../workspace.ts";

const delaysMs = [500, 2_000];
const mostMs = 60_000;
const mostInVain = 3;

/**
 * How long failures of the infrastructure are waited out, over all trials of a comparison: where one trial after
 * another fails for good, waiting helps none of them.
 */
export class Patience {
  readonly #sleep: Workspace["sleep"];
  #waitedMs = 0;
  #inVain = 0;

  constructor({ sleep }: Pick<Workspace, "sleep">) {
    this.#sleep = sleep;
  }

  /** Waits before the n-th further try, from 0. @returns false if there should be none */
  async another(n: number, signal: AbortSignal | undefined): Promise<boolean> {
    const delay = delaysMs[n];
    if (delay === undefined) this.#inVain++;
    if (delay === undefined || this.#inVain >= mostInVain || this.#waitedMs + delay > mostMs) return false;
    this.#waitedMs += delay;
    await this.#sleep(delay, signal);
    return !signal?.aborted;
  }

  worked(): void {
    this.#inVain = 0;
  }
}
