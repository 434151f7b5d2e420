import type { Budget } from "../../domain/budget.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Workspace } from "../../workspace.ts";

const hourMs = 3_600_000;
/** The longest wait that nobody asked for: the windows of subscriptions are five hours long. */
const mostMs = 6 * hourMs;
/** Clocks differ, and a quota that is tried too soon is used up again. */
const graceMs = 15_000;
/** A laptop that slept woke later than its timer knows, so that the clock is looked at now and then. */
const stepMs = 60_000;
/** So often it may be used up at once when it should be open again. */
const mostInVain = 3;

/** Pauses all attempts of a comparison while a quota is used up: that is no failure, and no try. */
export class Quota {
  readonly #workspace: Pick<Workspace, "now" | "sleep" | "report">;
  readonly #budget: Budget;
  readonly #resume: string;
  #pause: Promise<void> | undefined;
  #inVain = 0;

  constructor(
    workspace: Pick<Workspace, "now" | "sleep" | "report">,
    { budget, resume }: { readonly budget: Budget; readonly resume: string },
  ) {
    this.#workspace = workspace;
    this.#budget = budget;
    this.#resume = resume;
  }

  /** Waits while there is a pause. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    while (this.#pause && !signal?.aborted) await this.#pause;
  }

  /**
   * Waits until a quota is open again, together with all who found it used up.
   * @throws KiraError `unavailable` if that takes longer than the budget allows, or six hours without one
   */
  async usedUp(reason: string, retryAt: string, signal: AbortSignal | undefined): Promise<void> {
    this.#pause ??= this.#waitUntil(reason, Date.parse(retryAt) + graceMs, signal).finally(() => {
      this.#pause = undefined;
    });
    await this.#pause;
  }

  worked(): void {
    this.#inVain = 0;
  }

  async #waitUntil(what: string, until: number, signal: AbortSignal | undefined): Promise<void> {
    const { now, sleep, report } = this.#workspace;
    const since = now();
    const wait = Math.max(graceMs, until - since.getTime());
    const left = this.#budget.leftMs();
    if (this.#inVain++ >= mostInVain || wait > (Number.isFinite(left) ? left : mostMs))
      throw this.#tooLong(what, until);
    const end = new Date(since.getTime() + wait);
    report({ kind: "pause", what, since: since.toISOString(), until: end.toISOString() });
    for (let rest = wait; rest > 0 && !signal?.aborted;) {
      const step = Math.min(rest, stepMs);
      await sleep(step, signal);
      rest = Math.min(rest - step, end.getTime() - now().getTime());
    }
  }

  #tooLong(what: string, until: number): KiraError {
    const retryAt = new Date(until).toISOString();
    const when = `${retryAt.slice(0, 16).replace("T", " ")} UTC`;
    return new KiraError(
      "unavailable",
      `There is no verdict yet, because a quota is used up until ${when}: ${what} Nothing is lost: finished trials are kept; go on after that with: ${this.#resume}.`,
      { retryAt },
    );
  }
}
