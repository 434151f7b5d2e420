import type { Budget } from "../domain/budget.ts";
import type { Config } from "../domain/config.ts";
import type { Gateway, Tape } from "../gateway/contract.ts";
import type { Workspace } from "../workspace.ts";

/** How the trials of a comparison reach models, where their network is `llm`. */
export interface WayOut extends AsyncDisposable {
  /** Opened when the first trial needs it: with all of them stored, no model has to be there. */
  gateway(): Promise<Gateway | undefined>;
  /** The limit at which trials under way were cut off, if they were. */
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
        ? (opened ??= workspace.gateway(propose, { costUsd: budget.costLeft() }, tape))
        : undefined,
    cutOff: async () => (await found())?.stopped,
    async [Symbol.asyncDispose]() {
      const gateway = await found();
      const unpriced = [...(gateway?.unpriced ?? [])].join(", ");
      await gateway?.[Symbol.asyncDispose]();
      const what = `No price is known of ${unpriced}: what it costs is not counted, and no limit in dollars holds. Add it to propose.prices.`;
      if (unpriced !== "") workspace.report({ kind: "notice", what });
    },
  };
}
