import { tagOf } from "../domain/node.ts";
import type { Audited } from "../loop/audit.ts";
import { wrap } from "./table.ts";
import { renderVerdict } from "./verdict.ts";

const found = {
  held: (tag: string) => `Production holds: going back to ${tag} would gain nothing.`,
  lost: (tag: string) => `Production has become worse than ${tag} was.`,
  undecided: (tag: string) => `Whether production is worse than ${tag} is not decided yet.`,
};

export function renderAudit({ audit, conclusion, proposal }: Audited, width: number): string {
  const tag = tagOf(audit.againstId);
  const next =
    proposal === null
      ? []
      : [
          "",
          `Going back is proposal ${proposal.id}; its evidence is there already.`,
          `Next: kira-improve evaluate --proposal-id ${proposal.id}`,
        ];
  return [
    wrap(found[audit.result](tag), width),
    "",
    renderVerdict(`${tag} against production`, conclusion, width),
    ...next,
  ].join("\n");
}
