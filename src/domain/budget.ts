/** What may be spent; what is absent is not limited. */
export interface Limits {
  readonly maxTrials?: number | undefined;
  /** Of models, in and out, as far as they are known. */
  readonly maxTokens?: number | undefined;
  /** In dollars. */
  readonly maxCost?: number | undefined;
  readonly maxMinutes?: number | undefined;
}

/** Counts what trials and proposals cost, and says when no other may be started. */
export class Budget {
  readonly #limits: Limits;
  readonly #clock: () => number;
  readonly #began: number;
  readonly #whole: Budget | undefined;
  #started = 0;
  #ended = 0;
  /** Of all, and the part that went to proposals. */
  #costUsd = 0;
  #thoughtUsd = 0;
  #tokens = 0;

  /**
   * @param clock in milliseconds
   * @param whole a larger budget that this one is a part of
   */
  constructor(limits: Limits, clock: () => number, whole?: Budget) {
    this.#limits = limits;
    this.#clock = clock;
    this.#began = clock();
    this.#whole = whole;
  }

  /** Whether dollars are limited at all. */
  get limitsCost(): boolean {
    return this.#limits.maxCost !== undefined || (this.#whole?.limitsCost ?? false);
  }

  start(): void {
    this.#started++;
    this.#whole?.start();
  }

  end(costUsd: number, tokens = 0): void {
    this.#ended++;
    this.#costUsd += costUsd;
    this.#tokens += tokens;
    this.#whole?.end(costUsd, tokens);
  }

  /** A proposal was thought about, or an answer judged, which is no trial and costs all the same. */
  think(costUsd: number, tokens = 0): void {
    this.#costUsd += costUsd;
    this.#thoughtUsd += costUsd;
    this.#tokens += tokens;
    this.#whole?.think(costUsd, tokens);
  }

  /** Milliseconds until no further trial may be started; Infinity without a limit of minutes. */
  leftMs(): number {
    const { maxMinutes = Number.POSITIVE_INFINITY } = this.#limits;
    const mine = this.#began + maxMinutes * 60_000 - this.#clock();
    return Math.min(mine, this.#whole?.leftMs() ?? Number.POSITIVE_INFINITY);
  }

  /** How many further trials it allows if each costs and takes so much; Infinity without a limit. */
  allows(costUsd: number, elapsedMs: number): number {
    const { maxTrials = Number.POSITIVE_INFINITY, maxCost, maxMinutes } = this.#limits;
    const left = (limit: number | undefined, spent: number, each: number) =>
      limit === undefined || each === 0 ? Number.POSITIVE_INFINITY : Math.max(0, limit - spent) / each;
    return Math.floor(
      Math.min(
        maxTrials - this.#started,
        left(maxCost, this.#costUsd, costUsd),
        left(maxMinutes, (this.#clock() - this.#began) / 60_000, elapsedMs / 60_000),
        this.#whole?.allows(costUsd, elapsedMs) ?? Number.POSITIVE_INFINITY,
      ),
    );
  }

  /** The dollars that are left of all that limits it; undefined without a limit. */
  costLeft(): number | undefined {
    const own = this.#limits.maxCost;
    const left = [own === undefined ? [] : own - this.#costUsd, this.#whole?.costLeft() ?? []].flat();
    return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
  }

  /** The tokens that are left; undefined without a limit. */
  tokensLeft(): number | undefined {
    const own = this.#limits.maxTokens;
    const left = [own === undefined ? [] : own - this.#tokens, this.#whole?.tokensLeft() ?? []].flat();
    return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
  }

  /** Why nothing further may be started; undefined while it may. Trials that run count with what others cost. */
  exhausted(): string | undefined {
    const { maxTrials, maxTokens, maxCost, maxMinutes } = this.#limits;
    if (maxTrials !== undefined && this.#started >= maxTrials)
      return `the limit of ${maxTrials} trials is reached`;
    if (maxTokens !== undefined && this.#tokens >= maxTokens)
      return `the limit of ${maxTokens} tokens is reached`;
    const trialsUsd = this.#costUsd - this.#thoughtUsd;
    const running = (this.#started - this.#ended) * (trialsUsd / Math.max(1, this.#ended));
    if (maxCost !== undefined && this.#costUsd + running >= maxCost)
      return `the limit of $${maxCost} is reached${this.#shares()}`;
    if (maxMinutes !== undefined && this.#clock() - this.#began >= maxMinutes * 60_000)
      return `the limit of ${maxMinutes} minutes is reached`;
    return this.#whole?.exhausted();
  }

  /** What the money went to, where that is not trials alone. */
  #shares(): string {
    if (this.#thoughtUsd === 0) return "";
    const trials = `$${(this.#costUsd - this.#thoughtUsd).toFixed(4)}`;
    return ` ($${this.#thoughtUsd.toFixed(4)} went to proposals, ${trials} to trials)`;
  }
}
