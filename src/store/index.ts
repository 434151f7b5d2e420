import type { Entry } from "../domain/entry.ts";
import { AnalysisStore } from "./analyses.ts";
import { ArchiveStore } from "./archive.ts";
import { AuditStore } from "./audits.ts";
import type { Database } from "./database.ts";
import { EvaluationStore } from "./evaluations.ts";
import { FactStore } from "./facts.ts";
import { IntentStore } from "./intents.ts";
import { OutcomeStore } from "./outcomes.ts";
import { ProposalStore } from "./proposals.ts";
import { QuarantineStore } from "./quarantine.ts";
import { SettlementStore } from "./settlements.ts";
import { TaskBankStore } from "./task-bank.ts";
import { TrialStore } from "./trials.ts";

/** All tables of one index. */
export interface Index {
  readonly outcomes: OutcomeStore;
  readonly analyses: AnalysisStore;
  readonly proposals: ProposalStore;
  readonly evaluations: EvaluationStore;
  readonly trials: TrialStore;
  readonly archive: ArchiveStore;
  readonly taskBank: TaskBankStore;
  readonly quarantine: QuarantineStore;
  readonly settlements: SettlementStore;
  readonly audits: AuditStore;
  readonly intents: IntentStore;
  readonly facts: FactStore;
}

export function openIndex(db: Database): Index {
  return {
    outcomes: new OutcomeStore(db),
    analyses: new AnalysisStore(db),
    proposals: new ProposalStore(db),
    evaluations: new EvaluationStore(db),
    trials: new TrialStore(db),
    archive: new ArchiveStore(db),
    taskBank: new TaskBankStore(db),
    quarantine: new QuarantineStore(db),
    settlements: new SettlementStore(db),
    audits: new AuditStore(db),
    intents: new IntentStore(db),
    facts: new FactStore(db),
  };
}

/** Puts one line of the journal into the index: the only way anything gets there. */
export function applyEntry(index: Index, entry: Entry): void {
  switch (entry.kind) {
    case "outcome":
      return index.outcomes.add(entry);
    case "analysis":
      return index.analyses.add(itemOf(entry));
    case "proposal":
      return index.proposals.add(itemOf(entry));
    case "trial":
      return index.trials.add(itemOf(entry));
    case "grade":
      return index.trials.addGrade(entry);
    case "evaluation":
      return index.evaluations.add(itemOf(entry));
    case "scores":
      return index.evaluations.addScores(entry);
    case "decision":
      return index.proposals.reject(entry.proposalId, entry.reason);
    case "intent":
      return index.intents.add(itemOf(entry));
    case "completion":
      return index.intents.complete(entry);
    case "node":
      return index.archive.add(itemOf(entry));
    case "seen":
      return index.facts.set("seen", JSON.stringify(entry.tips));
    case "quarantine":
      return index.quarantine.add(entry);
    case "settlement":
      return index.settlements.add(itemOf(entry));
    case "expiry":
      return index.settlements.addExpiry(entry);
    case "audit":
      return index.audits.add(itemOf(entry));
  }
}

/** What the line says, without how it says it: the same whether it was just written or read again. */
function itemOf<Line extends Entry>(line: Line): Omit<Line, "kind"> {
  const { kind: _, ...item } = line;
  if ("v" in item) delete item.v;
  return item;
}
