import type { Price } from "../models/contract.ts";
import type { Usage } from "./contract.ts";
import type { Count } from "./meter.ts";
import { costOf } from "./prices.ts";

/** What may be spent through a gateway in all; what is absent is not limited. */
export interface Allowance {
  readonly costUsd?: number | undefined;
  readonly tokens?: number | undefined;
}

/**
 * Counts for all trials together. What is under way when a limit is reached is still answered and paid for: by so
 * much it can be exceeded.
 */
export class Ledger {
  readonly unpriced = new Set<string>();
  stopped: string | undefined;
  readonly #allowance: Allowance;
  #costUsd = 0;
  #tokens = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Why nothing more may be asked; undefined while something may. */
  refusal(): string | undefined {
    const { costUsd, tokens } = this.#allowance;
    if (costUsd !== undefined && this.#costUsd >= costUsd)
      this.stopped ??= `the limit of $${costUsd} is reached`;
    if (tokens !== undefined && this.#tokens >= tokens)
      this.stopped ??= `the limit of ${tokens} tokens is reached`;
    return this.stopped;
  }

  /**
   * Under a limit of dollars, one answer whose price nobody knows is the last: no limit can be kept with it.
   * @param model with its provider
   * @returns what it cost
   */
  add(model: string, price: Price | undefined, count: Count): number {
    const costUsd = price ? costOf(price, count) : 0;
    this.#costUsd += costUsd;
    this.#tokens += count.inputTokens + count.outputTokens;
    if (!price) {
      this.unpriced.add(model);
      if (this.#allowance.costUsd !== undefined)
        this.stopped ??= `no price of ${model} is known, so the limit of cost cannot be kept`;
    }
    return costUsd;
  }
}

/** Counts for one trial. */
export class Sum {
  #input = 0;
  #output = 0;
  #costUsd = 0;
  readonly #models = new Map<string, number>();

  add({ model, inputTokens, outputTokens }: Count, costUsd: number): void {
    this.#input += inputTokens;
    this.#output += outputTokens;
    this.#costUsd += costUsd;
    if (model !== undefined)
      this.#models.set(model, (this.#models.get(model) ?? 0) + inputTokens + outputTokens);
  }

  get usage(): Usage {
    const most = [...this.#models].sort(([a, did], [b, does]) => does - did || (a < b ? -1 : 1))[0];
    return {
      inputTokens: this.#input,
      outputTokens: this.#output,
      costUsd: this.#costUsd,
      model: most?.[0] ?? null,
    };
  }
}
