import type { Exchange } from "../../domain/exchange.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Workspace } from "../../workspace.ts";

/**
 * What a model was asked for a proposal, and what it answered, word for word but for secrets.
 * @throws KiraError `not-found` for a proposal that no model made, or whose exchange did not come along with it
 */
export async function readExchange(
  { record, objects }: Pick<Workspace, "record" | "objects">,
  id: number,
): Promise<Exchange> {
  const { asked, model } = record.index.proposals.get(id);
  if (asked === undefined)
    throw new KiraError(
      "not-found",
      `Proposal ${id} comes from ${model}, so no language model was asked. Leave --raw out.`,
    );
  if (!(await objects.has(asked.blob)))
    throw new KiraError(
      "not-found",
      `What was asked for proposal ${id} is not in this repository. Fetch it from where it was made: git fetch <remote> refs/kira/exchanges/${id}.`,
    );
  return JSON.parse((await objects.readBlob(asked.blob)).toString("utf8")) as Exchange;
}
