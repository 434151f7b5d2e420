/** How a request that a model thinks about ended, where that is not the agent's own doing. */
export type Trouble = string;

const quota = /quota|billing|credit balance|insufficient[_ ]funds/i;

/**
 * What an answer of the provider says about the provider. A request that it calls wrong, or a model that it does not
 * have, is the agent's own fault.
 */
export function troubleIn(provider: string, status: number, body: string): Trouble | undefined {
  const isTheirs = status === 401 || status === 402 || status === 403 || status === 408 || status === 429;
  if (status < 400 || (!isTheirs && status < 500 && !quota.test(body))) return undefined;
  const said = /"message"\s*:\s*"((?:[^"\\]|\\.){1,200})/.exec(body)?.[1];
  return `${provider} answered ${status}${said === undefined ? "" : `: ${said.replace(/[.\s]+$/, "")}`}`;
}

/** What became of an attempt's requests. */
export class Fate {
  #started = 0;
  #last: { readonly at: number; readonly trouble: Trouble | undefined } | undefined;
  #answered = 0;
  /** Ours, and not to be mended by another try. */
  #final: string | undefined;

  /** A request begins. @returns to be told how it ended; one that the agent gave up itself says nothing */
  begin(): (trouble: Trouble | undefined) => void {
    const at = this.#started++;
    return (trouble) => {
      if (trouble === undefined) this.#answered++;
      if (at >= (this.#last?.at ?? 0)) this.#last = { at, trouble };
    };
  }

  refuse(reason: string): void {
    this.#final ??= reason;
  }

  /** See `Pass.excuse`. */
  excuse(gaveUp: boolean): { readonly reason: string; readonly passing: boolean } | undefined {
    if (this.#final !== undefined) return { reason: this.#final, passing: false };
    const trouble = this.#last?.trouble;
    if (trouble === undefined || (!gaveUp && this.#answered > 0)) return undefined;
    return { reason: `The agent could not reach its model: ${trouble}.`, passing: true };
  }
}
