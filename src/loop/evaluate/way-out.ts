import type { Budget } from "../../domain/budget.ts";
import type { Config } from "../../domain/config.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Gateway, Tape } from "../../gateway/contract.ts";
import type { Workspace } from "../../workspace.ts";

/** How the trials of a comparison reach models, where their network is `llm`. */
export interface WayOut extends AsyncDisposable {
  /** Opened when the first trial needs it: with all of them stored, no model has to be there. */
  gateway(): Promise<Gateway | undefined>;
  /**
   * The limit at which trials under way were cut off, if they were.
   * @throws KiraError `invalid` if it was for want of a price
   */
  cutOff(): Promise<string | undefined>;
}

export function openWayOut(
  workspace: Pick<Workspace, "gateway" | "report">,
  {
    config: { evaluate, propose },
    budget,
    tape,
  }: { readonly config: Config; readonly budget: Budget; readonly tape?: Tape | undefined },
): WayOut {
  let opened: Promise<Gateway> | undefined;
  const found = () => opened?.catch(() => undefined);
  return {
    gateway: async () =>
      evaluate.network === "llm"
        ? (opened ??= workspace.gateway(
            propose,
            { costUsd: budget.costLeft(), tokens: budget.tokensLeft() },
            tape,
          ))
        : undefined,
    async cutOff() {
      const gateway = await found();
      if (gateway?.stopped !== undefined && gateway.unpriced.size > 0 && budget.limitsCost)
        throw withoutPrice(gateway.unpriced);
      return gateway?.stopped;
    },
    async [Symbol.asyncDispose]() {
      const gateway = await found();
      const unpriced = [...(gateway?.unpriced ?? [])].join(", ");
      await gateway?.[Symbol.asyncDispose]();
      if (unpriced === "" || budget.limitsCost) return;
      const what = `No price is known of ${unpriced}: what it costs is not counted. Add it to propose.prices.`;
      workspace.report({ kind: "notice", what });
    },
  };
}

function withoutPrice(unpriced: ReadonlySet<string>): KiraError {
  return new KiraError(
    "invalid",
    `No price of ${[...unpriced].join(", ")} is known, so a limit of cost cannot be kept. Add it to propose.prices on the production branch, or set no limit; finished trials are kept.`,
  );
}
